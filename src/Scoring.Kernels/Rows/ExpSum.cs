using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Sums of exponentials of a row, by one fixed tree. In blocks of 1,024 classes, four vectors of sixteen lanes at a time are added to each other, and
/// then to a sum that keeps its rounding errors beside it; then across the lanes. In float64, the blocks of a stretch of 65,536 classes in order, and
/// then the stretches.
/// </summary>
internal static unsafe class ExpSum
{
    /// <summary>How many exponentials meet in FP32.</summary>
    public const int Block = 1024;

    /// <summary>How many are added without keeping the rounding errors: four vectors.</summary>
    public const int Group = 64;

    /// <summary>The part of a wide row that one thread sums.</summary>
    public const int Stretch = 65_536;

    /// <summary>Finds the row's normalizer; null when a logit is bad, and which is <paramref name="invalidColumn"/>.</summary>
    /// <remarks>
    /// <para>Leaves e^score · 2^shift of the row in <paramref name="exponentials"/> if that is not null.</para>
    /// No pass looks for the maximum first: the sum under the usual shift tells afterwards whether it was right for the row, and whether a logit is
    /// bad.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryNormalize<TLanes, TScores>(
        in RowJob job, TScores scores, float* row, float* exponentials, out Normalizer normalizer, out int invalidColumn)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        double sum = OfRow<TLanes, TScores>(scores, row, job.Classes, Exponential<TLanes>.UsualShift, exponentials);
        if (IsExact<TLanes>(sum))
        {
            normalizer = new Normalizer(sum, Exponential<TLanes>.UsualShift, default, false);
            invalidColumn = -1;
            return true;
        }

        return TryNormalizeUnusual<TLanes, TScores>(job, scores, row, exponentials, out normalizer, out invalidColumn);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryNormalizeUnusual<TLanes, TScores>(
        in RowJob job, TScores scores, float* row, float* exponentials, out Normalizer normalizer, out int invalidColumn)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        float greatest = RowMaximum.Of<TLanes, TScores>(scores, row, job.Classes);
        if (Math.Abs(greatest) <= Exponential<TLanes>.GreatestArgument)
        {
            int shift = Exponential<TLanes>.UsualShift - (int)(greatest * 1.442695f);
            double sum = OfRow<TLanes, TScores>(scores, row, job.Classes, shift, exponentials);
            if (IsExact<TLanes>(sum))
            {
                normalizer = new Normalizer(sum, shift, default, false);
                invalidColumn = -1;
                return true;
            }
        }

        invalidColumn = job.Scale.FindInvalid(row, job.Classes);
        if (invalidColumn >= 0)
        {
            normalizer = default;
            return false;
        }

        Origin origin = job.Scale.OriginOf(row, job.Classes);
        double extreme = OfRow<TLanes, ExtremeScores<TLanes>>(new(job.Scale, origin), row, job.Classes, Exponential<TLanes>.UsualShift, exponentials);
        normalizer = new Normalizer(extreme, Exponential<TLanes>.UsualShift, origin, true);
        return true;
    }

    /// <summary>Whether a sum lies where its shift has lost nothing; not so when a logit is bad.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsExact<TLanes>(double sum) where TLanes : struct, ILanes<TLanes> =>
        sum is >= Exponential<TLanes>.LeastSum and <= Exponential<TLanes>.GreatestSum;

    private static double OfRow<TLanes, TScores>(TScores scores, float* row, int classes, int shift, float* exponentials)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        double sum = 0;
        for (int start = 0; start < classes; start += Stretch)
        {
            sum += OfStretch<TLanes, TScores>(scores, row, start, Math.Min(Stretch, classes - start), shift, exponentials);
        }

        return sum;
    }

    /// <summary>The sum of one stretch, or of a row that is no wider.</summary>
    public static double OfStretch<TLanes, TScores>(TScores scores, float* row, int start, int count, int shift, float* exponentials)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        double sum = 0;
        nint end = start + count;
        for (nint column = start; column < end; column += Block)
        {
            nint blockEnd = Math.Min(column + Block, end);
            sum += Across.Sum(shift == Exponential<TLanes>.UsualShift
                ? FoldOfBlock<TLanes, TScores>(scores, row, column, blockEnd, exponentials)
                : FoldOfShiftedBlock<TLanes, TScores>(scores, row, column, blockEnd, shift, exponentials));
        }

        return sum;
    }

    /// <summary>The sum of one block under the usual shift, but for its last two levels.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector128<float> FoldOfBlock<TLanes, TScores>(TScores scores, float* row, nint start, nint end, float* exponentials)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes> =>
        TLanes.Fold(OfBlock<TLanes, TScores>(scores, new Exponential<TLanes>(Exponential<TLanes>.UsualShift), row, start, end, exponentials));

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector128<float> FoldOfShiftedBlock<TLanes, TScores>(
        TScores scores, float* row, nint start, nint end, int shift, float* exponentials)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes> =>
        TLanes.Fold(OfBlock<TLanes, TScores>(scores, new Exponential<TLanes>(shift), row, start, end, exponentials));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes OfBlock<TLanes, TScores>(
        TScores scores, Exponential<TLanes> exponential, float* row, nint column, nint end, float* exponentials)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        Debug.Assert(end - column <= Block);
        TLanes sum = TLanes.Create(0), left = sum;
        while (column <= end - Lanes.Count)
        {
            TLanes group = TLanes.Create(0);
            nint groupEnd = Math.Min(column + Group, end - Lanes.Count + 1);
            for (; column < groupEnd; column += Lanes.Count)
            {
                TLanes e = exponential.OfTerm(scores.Load(row, column, out TLanes low), low, TScores.HasLow);
                if (exponentials != null)
                {
                    TLanes.Store(e, exponentials + column);
                }

                group += e;
            }

            Add(group, ref sum, ref left);
        }

        if (column < end)
        {
            int count = (int)(end - column);
            TLanes e = exponential.OfTerm(scores.LoadFirst(row, column, count, out TLanes low), low, TScores.HasLow);
            if (exponentials != null)
            {
                TLanes.StoreFirst(e, exponentials + column, count);
            }

            Add(e, ref sum, ref left);
        }

        return sum + left;
    }

    // Dekker's fast two-sum: what rounding leaves over is kept beside the sum, exactly wherever the sum is the larger, as it is but for a few groups.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<TLanes>(TLanes group, ref TLanes sum, ref TLanes left) where TLanes : struct, ILanes<TLanes>
    {
        TLanes total = sum + group;
        left += group - (total - sum);
        sum = total;
    }
}
