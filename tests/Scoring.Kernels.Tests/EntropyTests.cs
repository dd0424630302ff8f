namespace Scoring.Kernels.Tests;

public sealed class EntropyTests
{
    [Theory]
    [InlineData(1f)]
    [InlineData(0.6f)]
    [InlineData(20f)]
    public void Agrees_with_float64_at_many_widths(float temperature)
    {
        foreach (int classes in (int[])[1, 2, 3, 15, 16, 17, 100, 1000, 1025, 20_000])
        {
            float[] logits = Samples.Normal(classes, seed: classes);
            logits[0] = classes > 2 ? float.NegativeInfinity : logits[0];
            var result = new float[1];

            Assert.Null(Entropy.Compute(logits, classes, result, temperature));

            double[] p = Reference.Softmax(Reference.Scores(logits, temperature));
            double expected = -p.Sum(probability => probability == 0 ? 0 : probability * Math.Log(probability));
            Assert.Equal(expected, result[0], 5e-7 * (1 + expected));
        }
    }

    [Fact]
    public void Is_ln_classes_for_equal_logits_and_0_for_a_certain_class()
    {
        var results = new float[1];

        Assert.Null(Entropy.Compute([-300, -300, -300, -300], 4, results));
        Assert.Equal(Math.Log(4), results[0], 3e-7);

        Assert.Null(Entropy.Compute([3e38f, -3e38f], 2, results));
        Assert.Equal(0, results[0], 2e-7);
    }

    [Fact]
    public void Names_the_first_bad_logit()
    {
        var results = new float[2];

        Assert.Equal(new InvalidLogit(1, 1, float.NaN), Entropy.Compute([1, 2, 3, float.NaN], 2, results));

        Assert.True(float.IsFinite(results[0]) && float.IsNaN(results[1]));
    }
}
