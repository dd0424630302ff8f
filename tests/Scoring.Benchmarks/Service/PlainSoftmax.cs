using System.Numerics.Tensors;

namespace Scoring.Benchmarks.Service;

/// <summary>The two ways in which a softmax is mostly written in C#, both safe from overflow.</summary>
internal static class PlainSoftmax
{
    /// <summary>With the library's vectors.</summary>
    public static void Tensors(Span<float> row)
    {
        TensorPrimitives.Subtract(row, TensorPrimitives.Max<float>(row), row);
        TensorPrimitives.SoftMax(row, row);
    }

    /// <summary>With a loop and <see cref="MathF.Exp"/>.</summary>
    public static void Loop(Span<float> row)
    {
        var max = float.NegativeInfinity;
        foreach (var logit in row)
        {
            max = MathF.Max(max, logit);
        }

        var sum = 0f;
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = MathF.Exp(row[i] - max);
            sum += row[i];
        }

        for (var i = 0; i < row.Length; i++)
        {
            row[i] /= sum;
        }
    }
}
