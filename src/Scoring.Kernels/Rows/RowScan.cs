using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>Looks for logits from which no score can be made, ahead of kernels whose results would not tell.</summary>
internal static unsafe class RowScan
{
    /// <summary>
    /// The column of the row's first bad logit, or −1. <paramref name="hasOverflow"/> tells whether a score may have been too large for a float on
    /// the way, so that the row is to be reckoned in float64.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FindInvalid<TLanes, TScores>(in RowJob job, TScores scores, float* row, out bool hasOverflow)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        bool hasScore = false;
        int column = FindInvalid<TLanes, TScores>(job, scores, row, 0, job.Classes, ref hasScore, out hasOverflow);
        return column < 0 && !hasScore ? 0 : column;
    }

    /// <summary>
    /// The column of the first NaN or +∞ score from <paramref name="start"/> on, or −1. <paramref name="hasScore"/> becomes true if there is one
    /// above −∞.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FindInvalid<TLanes, TScores>(
        in RowJob job, TScores scores, float* row, int start, int count, ref bool hasScore, out bool hasOverflow)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        float here = Greatest<TLanes, TScores>(scores, row, start, count);
        hasOverflow = !(here < float.PositiveInfinity);
        if (!float.IsFinite(here))
        {
            double greatest = double.NegativeInfinity;
            int column = job.Scale.FindInvalid(row, start, start + count, ref greatest);
            hasScore |= greatest > double.NegativeInfinity;
            return column;
        }

        hasScore = true;
        return -1;
    }

    // Not finite where a score is bad, and also where one only overflowed: the exact scan knows.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Greatest<TLanes, TScores>(TScores scores, float* row, nint column, nint count)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        TLanes greatest0 = TLanes.Create(float.NegativeInfinity), greatest1 = greatest0;
        uint unordered = 0;
        nint end = column + count;
        for (; column <= end - (2 * Lanes.Count); column += 2 * Lanes.Count)
        {
            TLanes first = scores.Load(row, column, out _), second = scores.Load(row, column + Lanes.Count, out _);
            greatest0 = TLanes.Max(first, greatest0);
            greatest1 = TLanes.Max(second, greatest1);
            unordered |= TLanes.Unordered(first, second);
        }

        for (; column < end; column += Lanes.Count)
        {
            TLanes last = scores.LoadFirst(row, column, (int)Math.Min(Lanes.Count, end - column), out _);
            greatest0 = TLanes.Max(last, greatest0);
            unordered |= TLanes.Unordered(last, last);
        }

        return unordered == 0 ? TLanes.Max(TLanes.Max(greatest0, greatest1)) : float.NaN;
    }
}
