namespace Scoring.Benchmarks.Kernels;

internal static class Logits
{
    /// <summary>N(0, 5), the same in every run.</summary>
    public static float[] Normal(int count)
    {
        var random = new Random(1);
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(5 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }
}
