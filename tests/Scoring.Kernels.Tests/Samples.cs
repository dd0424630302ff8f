namespace Scoring.Kernels.Tests;

/// <summary>Logits to test with, the same in every run.</summary>
internal static class Samples
{
    /// <summary>Normally distributed around 0.</summary>
    public static float[] Normal(int count, double deviation = 5, int seed = 1)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    /// <summary>Evenly distributed from −range to range.</summary>
    public static float[] Uniform(int count, double range, int seed = 1)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)((random.NextDouble() * 2 * range) - range);
        }

        return values;
    }

    public static int[] Bits(ReadOnlySpan<float> values)
    {
        var bits = new int[values.Length];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = BitConverter.SingleToInt32Bits(values[i]);
        }

        return bits;
    }
}
