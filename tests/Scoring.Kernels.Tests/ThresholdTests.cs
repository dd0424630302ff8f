namespace Scoring.Kernels.Tests;

public sealed class ThresholdTests
{
    [Fact]
    public void Says_yes_from_the_threshold_on()
    {
        var decisions = new bool[4];

        Threshold.Compute([0.49999997f, 0.5f, 1f, float.NaN], 0.5f, decisions);

        Assert.Equal([false, true, true, false], decisions);
    }

    [Fact]
    public void Takes_a_threshold_per_class()
    {
        var decisions = new bool[4];

        Threshold.Compute([0.3f, 0.3f, 0.7f, 0.7f], (ReadOnlySpan<float>)[0.2f, 0.7f], decisions);

        Assert.Equal([true, false, true, true], decisions);
    }

    [Fact]
    public void Refuses_a_threshold_that_is_no_number()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Threshold.Compute([1], float.NaN, new bool[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Threshold.Compute([1], (ReadOnlySpan<float>)[float.NaN], new bool[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Threshold.Compute([1], ReadOnlySpan<float>.Empty, new bool[1]));
    }
}
