namespace Scoring.Kernels.Tests;

public sealed class LinearTests
{
    [Theory]
    [InlineData(1f)]
    [InlineData(0.37f)]
    [InlineData(1e-30f)]
    [InlineData(1e30f)]
    public void Rounds_logit_over_temperature_plus_bias_about_once(float temperature)
    {
        for (int classes = 1; classes <= 100; classes++)
        {
            float[] logits = Samples.Normal(2 * classes, seed: classes), bias = Samples.Normal(classes, 2, seed: 5);
            var scores = new float[logits.Length];

            Assert.Null(Linear.Compute(logits, classes, scores, temperature));
            Assert.InRange(Reference.WorstUlps(scores, Reference.Scores(logits, temperature)), 0, 0.501);

            Assert.Null(Linear.Compute(logits, classes, scores, temperature, bias));
            for (int row = 0; row < 2; row++)
            {
                double[] expected = Reference.Scores(logits.AsSpan(row * classes, classes), temperature, bias);
                for (int i = 0; i < classes; i++)
                {
                    Assert.Equal(expected[i], scores[(row * classes) + i], (
                        Math.Abs(expected[i]) + Math.Abs(logits[(row * classes) + i] / temperature)) * 6e-8);
                }
            }
        }
    }

    [Fact]
    public void Returns_the_very_logits_under_a_temperature_of_1()
    {
        float[] logits = [1, -0f, 1e-45f, 3e38f, -3e38f, float.NegativeInfinity], scores = new float[6];

        Assert.Null(Linear.Compute(logits, 6, scores));

        Assert.Equal(Samples.Bits(logits), Samples.Bits(scores));
    }

    [Fact]
    public void Keeps_infinities_and_turns_what_is_too_large_into_one()
    {
        var scores = new float[3];

        Assert.Null(Linear.Compute([3e38f, -3e38f, float.NegativeInfinity], 3, scores, 0.5f));
        Assert.Equal([float.PositiveInfinity, float.NegativeInfinity, float.NegativeInfinity], scores);

        Assert.Equal(new InvalidLogit(0, 0, float.NaN), Linear.Compute([float.NaN, float.PositiveInfinity, 1], 3, scores, 2));
        Assert.Equal([float.NaN, float.PositiveInfinity, 0.5f], scores);
    }
}
