namespace Scoring.Kernels.Tests;

public sealed class TopKTests
{
    [Fact]
    public void Agrees_with_a_sort_at_any_width_and_k()
    {
        foreach (int classes in (int[])[1, 2, 10, 16, 17, 100, 255, 256, 257, 1000, 8193, 40_000])
        {
            foreach (int k in (int[])[1, 2, 5, 50, 256, 1000, 8000])
            {
                if (k <= classes)
                {
                    AssertAgrees(Samples.Normal(2 * classes, seed: classes + k), classes, k);
                }
            }

            AssertAgrees(Samples.Normal(classes, seed: classes), classes, classes);
        }
    }

    [Theory]
    [InlineData("ascending")]
    [InlineData("descending")]
    [InlineData("equal")]
    [InlineData("few values")]
    [InlineData("zeros of both signs")]
    [InlineData("mostly masked")]
    public void Agrees_with_a_sort_whatever_the_order_and_the_ties(string order)
    {
        const int Classes = 20_000;
        var random = new Random(3);
        var logits = new float[Classes];
        for (int i = 0; i < Classes; i++)
        {
            logits[i] = order switch
            {
                "ascending" => i * 0.01f,
                "descending" => i * -0.01f,
                "equal" => 1.5f,
                "few values" => random.Next(5),
                "zeros of both signs" => random.Next(2) == 0 ? 0f : -0f,
                _ => i % 1000 == 7 ? i : float.NegativeInfinity,
            };
        }

        foreach (int k in (int[])[1, 5, 50, 300, 5000])
        {
            AssertAgrees(logits, Classes, k);
        }
    }

    [Theory]
    [InlineData(1f, false)]
    [InlineData(0.7f, false)]
    [InlineData(1f, true)]
    [InlineData(2.5f, true)]
    public void Probabilities_have_the_bits_of_a_whole_softmax(float temperature, bool biased)
    {
        foreach (int classes in (int[])[1, 3, 16, 100, 5000, 20_000])
        {
            float[] logits = Samples.Normal(3 * classes, seed: classes);
            float[] bias = biased ? Samples.Normal(classes, 2, seed: 8) : [];
            float[] whole = new float[logits.Length], scores = new float[logits.Length], logWhole = new float[logits.Length];
            Softmax.Compute(logits, classes, whole, temperature, bias);
            LogSoftmax.Compute(logits, classes, logWhole, temperature, bias);
            Linear.Compute(logits, classes, scores, temperature, bias);
            int k = Math.Min(classes, 40);
            var indices = new int[3 * k];
            float[] probabilities = new float[3 * k], logProbabilities = new float[3 * k];

            Assert.Null(TopK.Probabilities(logits, classes, k, indices, probabilities, temperature, bias));
            Assert.Null(TopK.LogProbabilities(logits, classes, k, indices, logProbabilities, temperature, bias));

            for (int i = 0; i < indices.Length; i++)
            {
                int row = i / k;
                Assert.Equal(whole[(row * classes) + indices[i]], probabilities[i]);
                Assert.Equal(logWhole[(row * classes) + indices[i]], logProbabilities[i]);
            }

            for (int row = 0; row < 3; row++)
            {
                float[] ranked = biased ? scores : logits;
                Assert.Equal(Sorted(ranked.AsSpan(row * classes, classes), k), indices[(row * k)..((row + 1) * k)]);
            }
        }
    }

    [Fact]
    public void Extreme_rows_have_probabilities_too()
    {
        var indices = new int[2];
        var probabilities = new float[2];

        Assert.Null(TopK.Probabilities([1e38f, 3e38f, 3e38f], 3, 2, indices, probabilities));

        Assert.Equal([1, 2], indices);
        Assert.Equal([0.5f, 0.5f], probabilities);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Gives_a_bad_row_neither_indices_nor_values(float bad)
    {
        float[] logits = Samples.Normal(300);
        logits[133] = bad;
        var indices = new int[6];
        var values = new float[6];

        Assert.Equal(new InvalidLogit(1, 33, bad), TopK.Compute(logits, 100, 2, indices, values));
        Assert.Equal([-1, -1], indices[2..4]);
        Assert.Equal([float.NaN, float.NaN], values[2..4]);
        Assert.True(indices[0] >= 0 && indices[4] >= 0);

        Assert.Equal(new InvalidLogit(1, 33, bad), TopK.Probabilities(logits, 100, 2, indices, values));
        Assert.Equal([float.NaN, float.NaN], values[2..4]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Refuses_more_classes_than_there_are_and_fewer_than_one(int k)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TopK.Compute(new float[3], 3, k, new int[k], new float[k]));
    }

    private static void AssertAgrees(float[] logits, int classes, int k)
    {
        int rows = logits.Length / classes;
        var indices = new int[rows * k];
        var values = new float[rows * k];

        Assert.Null(TopK.Compute(logits, classes, k, indices, values));

        for (int row = 0; row < rows; row++)
        {
            int[] expected = Sorted(logits.AsSpan(row * classes, classes), k);
            Assert.Equal(expected, indices[(row * k)..((row + 1) * k)]);
            Assert.Equal(expected.Select(index => logits[(row * classes) + index]), values[(row * k)..((row + 1) * k)]);
        }
    }

    private static int[] Sorted(ReadOnlySpan<float> values, int k)
    {
        float[] row = values.ToArray();
        return Enumerable.Range(0, row.Length).OrderByDescending(i => row[i] + 0f, Comparer<float>.Create((a, b) => a < b ? -1 : a > b ? 1 : 0))
            .ThenBy(i => i).Take(k).ToArray();
    }
}
