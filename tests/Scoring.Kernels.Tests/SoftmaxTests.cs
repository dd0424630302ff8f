namespace Scoring.Kernels.Tests;

public sealed class SoftmaxTests
{
    [Fact]
    public void Stays_within_6_ulp_of_float64_at_every_width_to_300()
    {
        for (int classes = 1; classes <= 300; classes++)
        {
            const int Rows = 7;
            float[] logits = Samples.Normal(Rows * classes, seed: classes);
            var probabilities = new float[logits.Length];

            Assert.Null(Softmax.Compute(logits, classes, probabilities));

            for (int row = 0; row < Rows; row++)
            {
                AssertUlps(logits.AsSpan(row * classes, classes), probabilities.AsSpan(row * classes, classes), 6);
            }
        }
    }

    [Theory]
    [InlineData(3, 80)]
    [InlineData(16, 80)]
    [InlineData(1000, 80)]
    [InlineData(32_000, 80)]
    [InlineData(1_000_000, 80)]
    [InlineData(1000, 110)]
    [InlineData(1000, 0.001)]
    public void Stays_within_8_ulp_of_float64_for_wide_ranges_of_logits(int classes, double range)
    {
        float[] logits = Samples.Uniform(classes, range);
        var probabilities = new float[classes];

        Assert.Null(Softmax.Compute(logits, classes, probabilities));

        AssertUlps(logits, probabilities, 8);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(8192)]
    [InlineData(8193)]
    [InlineData(32_000)]
    [InlineData(1_000_000)]
    public void Stays_within_8_ulp_of_float64_and_adds_up_to_1_for_normal_logits(int classes)
    {
        float[] logits = Samples.Normal(classes);
        var probabilities = new float[classes];

        Assert.Null(Softmax.Compute(logits, classes, probabilities));

        AssertUlps(logits, probabilities, 8);
        Assert.InRange(probabilities.Sum(p => (double)p), 1 - 1e-6, 1 + 1e-6);
    }

    [Theory]
    [InlineData(0.05f)]
    [InlineData(0.7f)]
    [InlineData(3f)]
    [InlineData(100f)]
    public void Stays_within_8_ulp_of_float64_under_a_temperature_and_a_bias(float temperature)
    {
        foreach (int classes in (int[])[1, 5, 16, 17, 100, 1000, 9000])
        {
            float[] logits = Samples.Normal(classes), bias = Samples.Normal(classes, 3, seed: 2);
            var probabilities = new float[classes];

            Assert.Null(Softmax.Compute(logits, classes, probabilities, temperature));
            AssertUlps(Reference.Scores(logits, temperature), probabilities, 8);

            Assert.Null(Softmax.Compute(logits, classes, probabilities, temperature, bias));
            AssertUlps(Reference.Scores(logits, temperature, bias), probabilities, 8);
        }
    }

    [Theory]
    [InlineData(100f, 101f)]
    [InlineData(-1000f, -1001f)]
    [InlineData(16384f, 16383f)]
    [InlineData(20000f, 19999f)]
    [InlineData(3e38f, 3e38f)]
    [InlineData(3e38f, -3e38f)]
    [InlineData(-3e38f, -3e38f)]
    [InlineData(1e-45f, -1e-45f)]
    [InlineData(90f, float.NegativeInfinity)]
    [InlineData(0f, -95f)]
    [InlineData(60f, -40f)]
    public void Is_right_for_any_finite_logits_and_masks(float first, float second)
    {
        foreach (int classes in (int[])[2, 15, 16, 17, 64, 100, 5000, 10_000])
        {
            var logits = new float[classes];
            for (int i = 0; i < classes; i++)
            {
                logits[i] = i % 2 == 0 ? first : second;
            }

            var probabilities = new float[classes];
            foreach (float temperature in (float[])[1f, 0.5f, 2f, 1e-20f, 1e20f])
            {
                Assert.Null(Softmax.Compute(logits, classes, probabilities, temperature));
                AssertUlps(Reference.Scores(logits, temperature), probabilities, 8);
            }
        }
    }

    [Fact]
    public void Gives_exactly_1_to_an_only_class()
    {
        foreach (float logit in (float[])[0, 1.1f, -7.3f, 88.9f, 1234.5f, 3e38f, -3e38f])
        {
            var probability = new float[1];
            Softmax.Compute([logit], 1, probability);
            Assert.Equal(1f, probability[0]);
        }
    }

    [Fact]
    public void Gives_masked_classes_exactly_0()
    {
        float[] logits = Samples.Normal(1003);
        for (int i = 0; i < logits.Length; i += 3)
        {
            logits[i] = float.NegativeInfinity;
        }

        var probabilities = new float[logits.Length];
        foreach (float temperature in (float[])[1f, 0.3f, 1e-20f])
        {
            Assert.Null(Softmax.Compute(logits, 1003, probabilities, temperature));
            AssertUlps(Reference.Scores(logits, temperature), probabilities, 8);
            Assert.Equal(0f, probabilities[999]);
        }
    }

    [Fact]
    public void Masks_a_class_whose_bias_is_minus_infinity()
    {
        var probabilities = new float[4];

        Assert.Null(Softmax.Compute([1, 2, 3, 4], 4, probabilities, 1, [0, float.NegativeInfinity, 0, float.NegativeInfinity]));

        Assert.Equal(0f, probabilities[1]);
        Assert.Equal(0f, probabilities[3]);
        Assert.Equal(1 / (1 + Math.Exp(2)), probabilities[0], 1e-7);
    }

    [Theory]
    [InlineData(-1e9f)]
    [InlineData(-1e20f)]
    [InlineData(-3e38f)]
    [InlineData(-500f)]
    public void Treats_very_low_logits_as_masks_under_any_temperature(float mask)
    {
        foreach (float temperature in (float[])[1f, 0.7f, 1.3f])
        {
            float[] logits = Samples.Normal(100);
            logits[3] = logits[50] = mask;
            var probabilities = new float[100];

            Assert.Null(Softmax.Compute(logits, 100, probabilities, temperature));

            AssertUlps(Reference.Scores(logits, temperature), probabilities, 8);
        }
    }

    [Theory]
    [InlineData(float.NaN, 12)]
    [InlineData(float.PositiveInfinity, 12)]
    [InlineData(float.NaN, 0)]
    [InlineData(float.PositiveInfinity, 9999)]
    public void Names_the_first_bad_logit_and_leaves_other_rows_alone(float bad, int column)
    {
        foreach (int classes in (int[])[column + 1, column + 5, 10_000])
        {
            float[] good = Samples.Normal(5 * classes);
            float[] logits = (float[])good.Clone();
            logits[classes + column] = bad;
            logits[(2 * classes) + classes - 1] = float.NaN;
            float[] expected = new float[good.Length], actual = new float[good.Length];
            Softmax.Compute(good, classes, expected);
            expected.AsSpan(classes, 2 * classes).Fill(float.NaN);

            InvalidLogit? invalid = Softmax.Compute(logits, classes, actual);

            Assert.Equal(new InvalidLogit(1, column, bad), invalid);
            Assert.Equal(Samples.Bits(expected), Samples.Bits(actual));
        }
    }

    [Fact]
    public void Names_a_row_of_nothing_but_masks()
    {
        float[] logits = [1, 2, float.NegativeInfinity, float.NegativeInfinity, 3, 4];
        var probabilities = new float[6];

        Assert.Equal(new InvalidLogit(1, 0, float.NegativeInfinity), Softmax.Compute(logits, 2, probabilities));

        Assert.True(float.IsNaN(probabilities[2]) && float.IsNaN(probabilities[3]));
        Assert.False(float.IsNaN(probabilities[1]) || float.IsNaN(probabilities[4]));
    }

    [Fact]
    public void Names_the_earlier_of_an_infinity_and_a_nan()
    {
        var probabilities = new float[4];
        Assert.Equal(new InvalidLogit(0, 1, float.PositiveInfinity), Softmax.Compute([0, float.PositiveInfinity, float.NaN, 0], 4, probabilities));
    }

    [Fact]
    public void Takes_no_rows()
    {
        Assert.Null(Softmax.Compute([], 10, []));
    }

    [Fact]
    public void Refuses_lengths_that_do_not_fit()
    {
        var four = new float[4];
        Assert.Throws<ArgumentException>(() => Softmax.Compute(four, 3, new float[4]));
        Assert.Throws<ArgumentException>(() => Softmax.Compute(four, 2, new float[5]));
        Assert.Throws<ArgumentException>(() => Softmax.Compute(four, 2, new float[4], 1, new float[3]));
        Assert.Throws<ArgumentException>(() => Softmax.Compute(four.AsSpan(0, 2), 2, four.AsSpan(1, 2)));
    }

    [Theory]
    [InlineData(0, 1f, 1)]
    [InlineData(-1, 1f, 1)]
    [InlineData(2, 0f, 1)]
    [InlineData(2, -1f, 1)]
    [InlineData(2, float.NaN, 1)]
    [InlineData(2, float.PositiveInfinity, 1)]
    [InlineData(2, 1f, 0)]
    public void Refuses_arguments_out_of_range(int classes, float temperature, int threads)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Softmax.Compute(new float[4], classes, new float[4], temperature, default, threads));
    }

    private static void AssertUlps(ReadOnlySpan<float> logits, ReadOnlySpan<float> probabilities, double bound) =>
        AssertUlps(Reference.Scores(logits), probabilities, bound);

    private static void AssertUlps(double[] scores, ReadOnlySpan<float> probabilities, double bound) =>
        Assert.InRange(Reference.WorstUlps(probabilities, Reference.Softmax(scores)), 0, bound);
}
