namespace Scoring.Kernels;

/// <summary>Compiles the kernels ahead of their first use: the first call of each otherwise takes milliseconds instead of microseconds.</summary>
public static class WarmUp
{
    /// <summary>
    /// Calls every kernel over a few small rows, with and without temperature and bias. Takes a fraction of a second, once per process.
    /// </summary>
    public static void Run()
    {
        // Narrow rows, rows kept in the cache, and scores out of the usual range, which take another way.
        foreach ((int classes, float scale) in (ReadOnlySpan<(int, float)>)[(10, 1), (100, 1), (100, 1e3f), (3, 1e38f)])
        {
            float[] logits = new float[8 * classes], results = new float[8 * classes], bias = new float[classes], ones = new float[8];
            int[] indices = new int[8];
            logits.AsSpan().Fill(scale);
            foreach ((float temperature, float[] perClass) in (ReadOnlySpan<(float, float[])>)[(1, []), (2, []), (2, bias)])
            {
                Softmax.Compute(logits, classes, results, temperature, perClass);
                LogSoftmax.Compute(logits, classes, results, temperature, perClass);
                Sigmoid.Compute(logits, classes, results, temperature, perClass);
                Linear.Compute(logits, classes, results, temperature, perClass);
                LogSumExp.Compute(logits, classes, ones, temperature, perClass);
                Entropy.Compute(logits, classes, ones, temperature, perClass);
                CrossEntropy.Compute(logits, classes, indices, ones, temperature, perClass);
                BinaryCrossEntropy.Compute(logits, classes, new byte[logits.Length], ones, temperature, perClass);
                TopK.Probabilities(logits, classes, 1, new int[8], ones, temperature, perClass);
            }

            TopK.Compute(logits, classes, 1, new int[8], ones);
            Argmax.Compute(logits, classes, new int[8], ones);
            InvalidLogits.Find(logits, classes);
            FloatConversion.FromHalf(new Half[classes], bias);
            FloatConversion.FromBFloat16(new ushort[classes], bias);
            FloatConversion.FromDouble(new double[classes], bias);
        }
    }
}
