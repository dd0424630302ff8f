using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Softmax in two passes. The exponentials wait in the output, or on the stack: where the output is the logits' own memory, which a second try may
/// still need, or lies badly beside it (<see cref="PageOffset"/>).
/// Those of a row too wide for the cache are made again instead, which costs less than bringing them back from memory.
/// </summary>
internal readonly unsafe struct SoftmaxKernel : IRowKernel
{
    private const int GreatestKept = 1 << 18;
    private const int GreatestOnStack = 1 << 15;

    public static bool SharesRows => true;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static InvalidLogit? Run<TLanes, TScores>(in RowJob job, TScores scores, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        if (job.Classes <= Lanes.Count)
        {
            return NarrowSoftmax.Run<TLanes, TScores>(job, scores, first, end);
        }

        bool inPlace = job.Output == job.Logits, isShort = job.Classes <= ExpSum.Block;
        bool onStack = job.Classes <= GreatestOnStack && (inPlace || job.Collides);
        bool keeps = onStack || (!inPlace && job.Classes <= GreatestKept);
        int kept = (isShort ? 4 : 1) * job.Classes;
        byte* memory = stackalloc byte[onStack ? (kept * sizeof(float)) + PageOffset.Page : 0];
        byte* stack = onStack ? memory : null;

        InvalidLogit? invalid = null;
        int row = first;
        for (; isShort && row <= end - 4; row += 4)
        {
            if (!TryRunFour<TLanes, TScores>(job, scores, row, stack))
            {
                invalid = RunOneByOne<TLanes, TScores>(job, scores, row, row + 4, keeps, stack, invalid);
            }
        }

        return RunOneByOne<TLanes, TScores>(job, scores, row, end, keeps, stack, invalid);
    }

    public static bool TryShare<TLanes, TScores>(in RowJob job, TScores scores, int row, int threads)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes> => WideSoftmax.TryRun<TLanes, TScores>(job, scores, row, threads);

    // Four short rows share the division and what goes across lanes, and none waits for another's.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool TryRunFour<TLanes, TScores>(in RowJob job, TScores scores, int row, byte* stack)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        float* logits = job.Row(row), output = job.OutputRow(row);
        float* exponentials = stack == null ? output : PageOffset.Away(logits, stack);
        int classes = job.Classes;
        nint stride = job.Stride, step = stack == null ? stride : classes;
        Vector128<float> a = ExpSum.FoldOfBlock<TLanes, TScores>(scores, logits, 0, classes, exponentials);
        Vector128<float> b = ExpSum.FoldOfBlock<TLanes, TScores>(scores, logits + stride, 0, classes, exponentials + step);
        Vector128<float> c = ExpSum.FoldOfBlock<TLanes, TScores>(scores, logits + (2 * stride), 0, classes, exponentials + (2 * step));
        Vector128<float> d = ExpSum.FoldOfBlock<TLanes, TScores>(scores, logits + (3 * stride), 0, classes, exponentials + (3 * step));
        if (!FourSums.TryInvert<TLanes>(a, b, c, d, out FourSums sums))
        {
            return false;
        }

        for (int i = 0; i < 4; i++)
        {
            Multiply<TLanes>(exponentials + (i * step), output + (i * stride), classes, sums.High.GetElement(i), sums.Low.GetElement(i));
        }

        return true;
    }

    private static InvalidLogit? RunOneByOne<TLanes, TScores>(
        in RowJob job, TScores scores, int first, int end, bool keeps, byte* stack, InvalidLogit? invalid)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row), output = job.OutputRow(row);
            float* exponentials = !keeps ? null : stack == null ? output : PageOffset.Away(logits, stack);
            if (!ExpSum.TryNormalize<TLanes, TScores>(job, scores, logits, exponentials, out Normalizer normalizer, out int column))
            {
                invalid ??= new InvalidLogit(row, column, logits[column]);
                new Span<float>(output, job.Classes).Fill(float.NaN);
            }
            else if (keeps)
            {
                (float high, float low) = normalizer.Inverse;
                Multiply<TLanes>(exponentials, output, job.Classes, high, low);
            }
            else if (normalizer.IsExtreme)
            {
                ExponentiateBackwards<TLanes, ExtremeScores<TLanes>>(job, new(job.Scale, normalizer.Origin), row, normalizer);
            }
            else
            {
                ExponentiateBackwards<TLanes, TScores>(job, scores, row, normalizer);
            }
        }

        return invalid;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TLanes>(float* exponentials, float* output, int classes, float high, float low) where TLanes : struct, ILanes<TLanes>
    {
        nint column = 0;
        for (; column <= classes - Lanes.Count; column += Lanes.Count)
        {
            TLanes e = TLanes.Load(exponentials + column);
            TLanes.Store(Probability<TLanes>.OfExponential(e, TLanes.Create(high), TLanes.Create(low)), output + column);
        }

        if (column < classes)
        {
            int left = (int)(classes - column);
            TLanes e = TLanes.LoadFirst(exponentials + column, left, TLanes.Create(0));
            TLanes.StoreFirst(Probability<TLanes>.OfExponential(e, TLanes.Create(high), TLanes.Create(low)), output + column, left);
        }
    }

    // The end of the row was read last and may still be in the cache.
    private static void ExponentiateBackwards<TLanes, TScores>(in RowJob job, TScores scores, int row, Normalizer normalizer)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        for (int start = (job.Classes - 1) / ExpSum.Stretch * ExpSum.Stretch; start >= 0; start -= ExpSum.Stretch)
        {
            Exponentiate<TLanes, TScores>(job, scores, row, start, normalizer);
        }
    }

    /// <summary>Writes the probabilities of the stretch that begins at <paramref name="start"/>.</summary>
    public static void Exponentiate<TLanes, TScores>(in RowJob job, TScores scores, int row, int start, Normalizer normalizer)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        int count = Math.Min(ExpSum.Stretch, job.Classes - start);
        if (normalizer.Shift == Exponential<TLanes>.UsualShift)
        {
            RowMap.Run<TLanes, TScores, UsualProbability<TLanes>>(
                scores, job.Row(row), job.OutputRow(row), start, start + count, normalizer, fromEnd: false);
        }
        else
        {
            RowMap.Run<TLanes, TScores, Probability<TLanes>>(
                scores, job.Row(row), job.OutputRow(row), start, start + count, normalizer, fromEnd: false);
        }
    }
}
