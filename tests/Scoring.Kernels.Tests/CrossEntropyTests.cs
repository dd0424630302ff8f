namespace Scoring.Kernels.Tests;

public sealed class CrossEntropyTests
{
    [Fact]
    public void Agrees_with_float64_at_every_width_to_100_under_temperature_and_bias()
    {
        for (int classes = 1; classes <= 100; classes++)
        {
            float[] logits = Samples.Normal(classes, 10, seed: classes), bias = Samples.Normal(classes, seed: 4);
            var loss = new float[1];
            for (int target = 0; target < classes; target++)
            {
                Assert.Null(CrossEntropy.Compute(logits, classes, [target], loss, 1.7f, bias));

                double expected = -Reference.LogSoftmax(Reference.Scores(logits, 1.7f, bias))[target];
                Assert.Equal(expected, loss[0], 2.4e-7 + (1.3e-7 * expected));
                Assert.True(loss[0] >= 0);
            }
        }
    }

    [Fact]
    public void Holds_losses_whose_probability_no_float_could()
    {
        var losses = new float[3];

        Assert.Null(CrossEntropy.Compute([0, 1000, 0, 3e38f, 0, float.NegativeInfinity], 2, [0, 0, 1], losses));

        Assert.Equal([1000f, 3e38f, float.PositiveInfinity], losses);
    }

    [Fact]
    public void Refuses_a_target_that_is_not_a_class()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => CrossEntropy.Compute(new float[4], 2, [0, 2], new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => CrossEntropy.Compute(new float[4], 2, [-1, 0], new float[2]));
        Assert.Throws<ArgumentException>(() => CrossEntropy.Compute(new float[4], 2, [0], new float[2]));
    }

    [Fact]
    public void Names_the_first_bad_logit()
    {
        var losses = new float[2];

        Assert.Equal(new InvalidLogit(1, 0, float.PositiveInfinity), CrossEntropy.Compute([1, 2, float.PositiveInfinity, 4], 2, [0, 0], losses));

        Assert.True(float.IsFinite(losses[0]) && float.IsNaN(losses[1]));
    }
}
