using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>Looks for logits from which no score can be made, ahead of kernels whose results would not tell.</summary>
internal static unsafe class RowScan
{
    /// <summary>The column of the row's first bad logit, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FindInvalid<T, TScores>(in RowJob job, TScores scores, float* row)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T> =>
        IsCertainlyGood<T, TScores>(scores, row, job.Classes) ? -1 : job.Scale.FindInvalid(row, job.Classes, out _);

    // False also for a score that only overflowed: the exact scan knows.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool IsCertainlyGood<T, TScores>(TScores scores, float* row, int classes)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        T greatest0 = T.Create(float.NegativeInfinity), greatest1 = greatest0;
        uint unordered = 0;
        nint column = 0;
        for (; column <= classes - 32; column += 32)
        {
            T first = scores.Load(row, column, out _), second = scores.Load(row, column + 16, out _);
            greatest0 = T.Max(first, greatest0);
            greatest1 = T.Max(second, greatest1);
            unordered |= T.Unordered(first, second);
        }

        for (; column < classes; column += 16)
        {
            T last = scores.LoadFirst(row, column, (int)Math.Min(16, classes - column), out _);
            greatest0 = T.Max(last, greatest0);
            unordered |= T.Unordered(last, last);
        }

        float greatest = T.Max(T.Max(greatest0, greatest1));
        return unordered == 0 && float.IsFinite(greatest);
    }
}
