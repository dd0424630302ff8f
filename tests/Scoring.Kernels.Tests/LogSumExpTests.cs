namespace Scoring.Kernels.Tests;

public sealed class LogSumExpTests
{
    [Fact]
    public void Agrees_with_float64_at_every_width_to_300()
    {
        for (int classes = 1; classes <= 300; classes++)
        {
            float[] logits = Samples.Normal(2 * classes, seed: classes), bias = Samples.Normal(classes, 1, seed: 3);
            var results = new float[2];

            Assert.Null(LogSumExp.Compute(logits, classes, results, 0.8f, bias));

            for (int row = 0; row < 2; row++)
            {
                double expected = Reference.LogSumExp(Reference.Scores(logits.AsSpan(row * classes, classes), 0.8f, bias));
                Assert.Equal(expected, results[row], 2e-7 * (1 + Math.Abs(expected)));
            }
        }
    }

    [Theory]
    [InlineData(0f, 0f, 0.6931471805599453)]
    [InlineData(3e38f, 3e38f, 3e38)]
    [InlineData(-500f, -500f, -499.30685281944005)]
    [InlineData(7f, float.NegativeInfinity, 7)]
    public void Is_right_for_any_finite_logits_and_masks(float first, float second, double expected)
    {
        var result = new float[1];

        Assert.Null(LogSumExp.Compute([first, second], 2, result));

        Assert.InRange(Reference.Ulps(result[0], expected), 0, 1);
    }

    [Fact]
    public void Names_the_first_bad_logit()
    {
        var results = new float[2];

        Assert.Equal(new InvalidLogit(1, 0, float.PositiveInfinity), LogSumExp.Compute([1, 2, float.PositiveInfinity, 4], 2, results));

        Assert.True(float.IsFinite(results[0]) && float.IsNaN(results[1]));
    }
}
