namespace Scoring.Kernels.Tests;

public sealed class SigmoidTests
{
    [Theory]
    [InlineData(1f)]
    [InlineData(0.37f)]
    [InlineData(5f)]
    public void Stays_within_4_ulp_of_float64_over_its_whole_range(float temperature)
    {
        const int Count = 400_000;
        float[] logits = Samples.Uniform(Count, 110 * temperature);
        var probabilities = new float[Count];

        Assert.Null(Sigmoid.Compute(logits, 100, probabilities, temperature));

        Assert.InRange(Reference.WorstUlps(probabilities, Array.ConvertAll(Reference.Scores(logits, temperature), Reference.Sigmoid)), 0, 4);
    }

    [Fact]
    public void Stays_within_4_ulp_at_every_width_to_300_with_a_bias()
    {
        for (int classes = 1; classes <= 300; classes++)
        {
            float[] logits = Samples.Normal(classes, seed: classes), bias = Samples.Normal(classes, 2, seed: 77);
            var probabilities = new float[classes];

            Assert.Null(Sigmoid.Compute(logits, classes, probabilities, 1.5f, bias));

            Assert.InRange(
                Reference.WorstUlps(probabilities, Array.ConvertAll(Reference.Scores(logits, 1.5f, bias), Reference.Sigmoid)), 0, 4);
        }
    }

    [Theory]
    [InlineData(0f, 0.5f)]
    [InlineData(3e38f, 1f)]
    [InlineData(-3e38f, 0f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(1e-45f, 0.5f)]
    public void Is_exact_at_the_ends_and_in_the_middle(float logit, float expected)
    {
        foreach (float temperature in (float[])[1f, 0.1f, 7f, 1e-30f])
        {
            float[] logits = [logit, 1], probabilities = new float[2];
            Assert.Null(Sigmoid.Compute(logits, 2, probabilities, temperature));
            Assert.InRange(Reference.Ulps(probabilities[0], Reference.Sigmoid((double)logit / temperature)), 0, 1);
            Assert.True(temperature < 1 || probabilities[0] == expected);
        }
    }

    [Fact]
    public void Names_a_bad_logit_and_still_computes_each_result_by_itself()
    {
        float[] logits = [0, 0, 0, float.PositiveInfinity, float.NaN, 0, float.NegativeInfinity, float.NegativeInfinity];
        var probabilities = new float[8];

        Assert.Equal(new InvalidLogit(1, 1, float.PositiveInfinity), Sigmoid.Compute(logits, 2, probabilities));
        Assert.Equal([0.5f, 0.5f, 0.5f, 1f, float.NaN, 0.5f, 0f, 0f], probabilities);
        Assert.Equal(new InvalidLogit(0, 0, float.NegativeInfinity), Sigmoid.Compute(logits.AsSpan(6), 2, probabilities.AsSpan(6)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Names_the_first_bad_logit_wherever_it_stands_in_place_or_not(bool inPlace)
    {
        var random = new Random(1);
        foreach (int classes in Enumerable.Range(1, 70).Concat([8191, 8192, 8193, 20_000]))
        {
            for (int i = 0; i < Math.Min(classes, 20); i++)
            {
                int column = i == 0 ? 0 : i == 1 ? classes - 1 : random.Next(classes);
                float bad = i % 2 == 0 ? float.PositiveInfinity : float.NaN;
                float[] logits = Samples.Normal(3 * classes);
                // A mask before it is no fault, and a fault after it is not the first.
                logits[classes + (column / 2)] = float.NegativeInfinity;
                logits[classes + column] = logits[(2 * classes) - 1] = logits[2 * classes] = bad;
                float[] probabilities = inPlace ? logits : new float[logits.Length];

                Assert.Equal(new InvalidLogit(1, column, bad), Sigmoid.Compute(logits, classes, probabilities));
            }
        }
    }
}
