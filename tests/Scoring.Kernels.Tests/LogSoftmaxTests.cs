namespace Scoring.Kernels.Tests;

public sealed class LogSoftmaxTests
{
    [Fact]
    public void Agrees_with_float64_and_is_never_above_0_at_every_width_to_300()
    {
        for (int classes = 1; classes <= 300; classes++)
        {
            float[] logits = Samples.Normal(3 * classes, seed: classes);
            var results = new float[logits.Length];

            Assert.Null(LogSoftmax.Compute(logits, classes, results));

            for (int row = 0; row < 3; row++)
            {
                AssertClose(Reference.LogSoftmax(Reference.Scores(logits.AsSpan(row * classes, classes))), results.AsSpan(row * classes, classes));
            }
        }
    }

    [Theory]
    [InlineData(1f, 32_000)]
    [InlineData(0.3f, 1000)]
    [InlineData(3f, 1_000_000)]
    public void Agrees_with_float64_under_temperature_and_bias(float temperature, int classes)
    {
        float[] logits = Samples.Uniform(classes, 80), bias = Samples.Normal(classes, 2, seed: 9);
        var results = new float[classes];

        Assert.Null(LogSoftmax.Compute(logits, classes, results, temperature, bias));
        AssertClose(Reference.LogSoftmax(Reference.Scores(logits, temperature, bias)), results);

        Assert.Null(LogSoftmax.Compute(logits, classes, results, temperature));
        AssertClose(Reference.LogSoftmax(Reference.Scores(logits, temperature)), results);
    }

    [Fact]
    public void Never_rises_above_0_where_one_class_takes_all()
    {
        for (int seed = 0; seed < 1000; seed++)
        {
            float[] logits = Samples.Uniform(20, 80, seed);
            logits[seed % 20] += 40;
            var results = new float[20];

            LogSoftmax.Compute(logits, 20, results, 0.9f);

            Assert.All(results, result => Assert.True(result <= 0));
        }
    }

    [Fact]
    public void Keeps_results_that_no_probability_could_hold()
    {
        var results = new float[3];

        Assert.Null(LogSoftmax.Compute([0, -1e9f, float.NegativeInfinity], 3, results));
        Assert.Equal([0f, -1e9f, float.NegativeInfinity], results);

        Assert.Null(LogSoftmax.Compute([3e38f, 3e38f, 2e38f], 3, results));
        Assert.Equal(-Math.Log(2), results[0], 1e-7);
        Assert.InRange(Reference.Ulps(results[2], (double)2e38f - 3e38f), 0, 1);

        Assert.Null(LogSoftmax.Compute([5, -2e9f, float.NegativeInfinity], 3, results, 2));
        Assert.InRange(results[0], -2.4e-7f, 0);
        Assert.Equal([-1e9f, float.NegativeInfinity], results[1..]);
    }

    [Fact]
    public void Names_the_first_bad_logit()
    {
        float[] logits = [1, 2, 3, float.NaN, 5, 6];
        var results = new float[6];

        Assert.Equal(new InvalidLogit(1, 1, float.NaN), LogSoftmax.Compute(logits, 2, results));

        Assert.True(float.IsNaN(results[2]) && float.IsNaN(results[3]));
        Assert.True(float.IsFinite(results[1]) && float.IsFinite(results[4]));
    }

    private static void AssertClose(double[] expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            // The log-sum-exp within 2 units of the last place of 1, and the difference rounded to a float.
            double bound = 2.4e-7 - (1.3e-7 * expected[i]);
            Assert.InRange(actual[i], expected[i] - bound, Math.Min(0, expected[i] + bound));
        }
    }
}
