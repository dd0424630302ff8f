using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Softmax in two passes. The exponentials wait in the output, or, when that is the logits' own memory, which a second try may still need, on the stack.
/// Those of a row too wide for the cache are made again instead, which costs less than bringing them back from memory.
/// </summary>
internal readonly unsafe struct SoftmaxKernel : IRowKernel
{
    private const int GreatestKept = 1 << 18;
    private const int GreatestOnStack = 1 << 15;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static InvalidLogit? Run<T, TScores>(in RowJob job, TScores scores, int first, int end)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        if (job.Classes <= ILanes<T>.Count)
        {
            return NarrowSoftmax.Run<T, TScores>(job, scores, first, end);
        }

        bool inPlace = job.Output == job.Logits;
        bool keeps = job.Classes <= (inPlace ? GreatestOnStack : GreatestKept);
        byte* stack = stackalloc byte[keeps && inPlace ? (job.Classes * sizeof(float)) + 64 : 0];
        float* aligned = (float*)(((nint)stack + 63) & ~63);

        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row), output = job.OutputRow(row);
            float* exponentials = !keeps ? null : inPlace ? aligned : output;
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
            int left = (int)(classes - column);
            T.StoreFirst(probability.OfExponential(T.LoadFirst(exponentials + column, left, T.Create(0))), output + column, left);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Exponentiate<T, TScores>(TScores scores, float* row, float* output, int start, int count, Normalizer normalizer)
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
