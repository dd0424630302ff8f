using System.Numerics.Tensors;

namespace Scoring.Benchmarks.Kernels;

/// <summary>What System.Numerics.Tensors offers for the same, row by row; its softmax made safe by subtracting the maximum.</summary>
internal static class TensorPrimitivesPeer
{
    public static void Softmax(float[] logits, int classes, float[] probabilities)
    {
        for (int start = 0; start < logits.Length; start += classes)
        {
            ReadOnlySpan<float> row = logits.AsSpan(start, classes);
            Span<float> result = probabilities.AsSpan(start, classes);
            TensorPrimitives.Subtract(row, TensorPrimitives.Max(row), result);
            TensorPrimitives.SoftMax(result, result);
        }
    }

    public static void Sigmoid(float[] logits, float[] probabilities) => TensorPrimitives.Sigmoid<float>(logits, probabilities);

    public static void Argmax(float[] logits, int classes, int[] indices)
    {
        for (int row = 0; row < indices.Length; row++)
        {
            indices[row] = TensorPrimitives.IndexOfMax(logits.AsSpan(row * classes, classes));
        }
    }

    public static void FromHalf(Half[] source, float[] destination) => TensorPrimitives.ConvertToSingle(source, destination);
}
