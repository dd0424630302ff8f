using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Softmax in two passes. Exponentials of a row of up to 4,096 classes wait on the stack, which stays in the first-level cache and leaves the logits whole
/// when the output is the same memory; those of a wider row are made again, which costs less than bringing them back from memory.
/// </summary>
internal readonly unsafe struct SoftmaxKernel : IRowKernel
{
    private const int GreatestKept = 4096;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static InvalidLogit? Run<T, TScores>(in RowJob job, TScores scores, int first, int end)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        bool keeps = job.Classes <= GreatestKept;
        byte* stack = stackalloc byte[keeps ? (job.Classes * sizeof(float)) + 128 : 0];
        float* exponentials = keeps ? (float*)(((nint)stack + 63) & ~63) : null;

        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row), output = job.OutputRow(row);
            if (!ExpSum.TryNormalize<T, TScores>(job, scores, logits, exponentials, out Normalizer normalizer, out int column))
            {
                invalid ??= new InvalidLogit(row, column, logits[column]);
                new Span<float>(output, job.Classes).Fill(float.NaN);
            }
            else if (keeps)
            {
                Multiply<T>(exponentials, output, job.Classes, normalizer);
            }
            else if (normalizer.IsExtreme)
            {
                Exponentiate<T, ExtremeScores<T>>(new(job.Scale, normalizer.Offset), logits, output, 0, job.Classes, normalizer);
            }
            else
            {
                Exponentiate<T, TScores>(scores, logits, output, 0, job.Classes, normalizer);
            }
        }

        return invalid;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<T>(float* exponentials, float* output, int classes, Normalizer normalizer) where T : struct, ILanes<T>
    {
        var probability = new Probability<T>(normalizer);
        nint column = 0;
        for (; column <= classes - 16; column += 16)
        {
            T.Store(probability.OfExponential(T.Load(exponentials + column)), output + column);
        }

        if (column < classes)
        {
            T.StoreFirst(probability.OfExponential(T.Load(exponentials + column)), output + column, (int)(classes - column));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Exponentiate<T, TScores>(TScores scores, float* row, float* output, int start, int count, Normalizer normalizer)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        var probability = new Probability<T>(normalizer);
        nint column = start, end = start + count;
        for (; column <= end - 16; column += 16)
        {
            T score = scores.Load(row, column, out T low);
            T.Store(probability.Of<TScores>(score, low), output + column);
        }

        if (column < end)
        {
            int left = (int)(end - column);
            T score = scores.LoadFirst(row, column, left, out T low);
            T.StoreFirst(probability.Of<TScores>(score, low), output + column, left);
        }
    }
}
