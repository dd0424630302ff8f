namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>Softmax and its kin in float64, straight from their definitions.</summary>
internal static class Reference
{
    public static double[] Softmax(ReadOnlySpan<float> logits, double temperature = 1)
    {
        var max = double.NegativeInfinity;
        foreach (var logit in logits)
        {
            max = Math.Max(max, logit / temperature);
        }

        var exp = new double[logits.Length];
        for (var i = 0; i < exp.Length; i++)
        {
            exp[i] = Math.Exp((logits[i] / temperature) - max);
        }

        var sum = exp.Sum();
        return [.. exp.Select(value => value / sum)];
    }

    /// <summary>A row of logits that is the same at every run, and other for every seed.</summary>
    public static float[] Logits(int count, int seed)
    {
        var random = new Random(seed);
        var logits = new float[count];
        for (var i = 0; i < count; i++)
        {
            logits[i] = (float)((random.NextDouble() * 20) - 10);
        }

        return logits;
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
