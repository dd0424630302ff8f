namespace Scoring.Tests;

/// <summary>Softmax and its kin in float64, straight from their definitions.</summary>
internal static class Reference
{
    public static double[] Scores(ReadOnlySpan<float> row, double temperature = 1, ReadOnlySpan<float> bias = default)
    {
        var scores = new double[row.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = (row[i] / temperature) + (bias.IsEmpty ? 0 : bias[i]);
        }

        return scores;
    }

    public static double LogSumExp(double[] scores)
    {
        double greatest = scores.Max();
        return greatest + Math.Log(scores.Sum(score => Math.Exp(score - greatest)));
    }

    public static double[] Softmax(double[] scores)
    {
        double greatest = scores.Max();
        double[] exponentials = Array.ConvertAll(scores, score => Math.Exp(score - greatest));
        double sum = exponentials.Sum();
        return Array.ConvertAll(exponentials, exponential => exponential / sum);
    }

    public static double[] LogSoftmax(double[] scores)
    {
        double logSumExp = LogSumExp(scores), greatest = scores.Max();
        double rest = Math.Log(scores.Sum(score => Math.Exp(score - greatest)));
        return Array.ConvertAll(scores, score => score - greatest - rest);
    }

    public static double Sigmoid(double score) => score >= 0 ? 1 / (1 + Math.Exp(-score)) : Math.Exp(score) / (1 + Math.Exp(score));

    /// <summary>How far a float is from the right value, in units of the last place of a float there.</summary>
    public static double Ulps(float actual, double expected)
    {
        if (float.IsNaN(actual))
        {
            return double.PositiveInfinity;
        }

        double unit = expected == 0 ? float.Epsilon : Math.Max(float.Epsilon, Math.ScaleB(1, Math.ILogB(expected) - 23));
        return Math.Abs(actual - expected) / unit;
    }

    public static double WorstUlps(ReadOnlySpan<float> actual, double[] expected)
    {
        double worst = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Ulps(actual[i], expected[i]));
        }

        return worst;
    }

    public static double[] SoftmaxOf(ReadOnlySpan<float> row, double temperature = 1) => Softmax(Scores(row, temperature));

    /// <summary>Logits that are the same at every run, and others for every seed.</summary>
    public static float[] Logits(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 20) - 10))];
    }

    public static void AssertClose(double[] expected, ReadOnlySpan<float> actual, double tolerance = 3e-7)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.InRange(actual[i], expected[i] - tolerance, expected[i] + tolerance);
        }
    }
}
