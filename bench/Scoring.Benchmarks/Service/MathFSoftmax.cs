namespace Scoring.Benchmarks.Service;

/// <summary>A softmax as it is most often written in C#: a loop with <see cref="MathF.Exp"/>, made safe by subtracting the maximum.</summary>
internal static class MathFSoftmax
{
    public static void Compute(float[] logits, int classes, float[] probabilities)
    {
        for (var start = 0; start < logits.Length; start += classes)
        {
            ComputeRow(logits.AsSpan(start, classes), probabilities.AsSpan(start, classes));
        }
    }

    private static void ComputeRow(ReadOnlySpan<float> row, Span<float> result)
    {
        var max = float.NegativeInfinity;
        foreach (var logit in row)
        {
            max = MathF.Max(max, logit);
        }

        var sum = 0f;
        for (var i = 0; i < row.Length; i++)
        {
            result[i] = MathF.Exp(row[i] - max);
            sum += result[i];
        }

        for (var i = 0; i < row.Length; i++)
        {
            result[i] /= sum;
        }
    }
}
