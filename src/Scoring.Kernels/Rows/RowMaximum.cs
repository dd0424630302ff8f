using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>The greatest score of a row, NaNs passed over: to choose a shift by, after the usual one was wrong.</summary>
internal static unsafe class RowMaximum
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static float Of<TLanes, TScores>(TScores scores, float* row, int classes)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        TLanes greatest0 = TLanes.Create(float.NegativeInfinity), greatest1 = greatest0;
        nint column = 0;
        for (; column <= classes - (2 * Lanes.Count); column += 2 * Lanes.Count)
        {
            greatest0 = TLanes.Max(scores.Load(row, column, out _), greatest0);
            greatest1 = TLanes.Max(scores.Load(row, column + Lanes.Count, out _), greatest1);
        }

        for (; column <= classes - Lanes.Count; column += Lanes.Count)
        {
            greatest0 = TLanes.Max(scores.Load(row, column, out _), greatest0);
        }

        if (column < classes)
        {
            greatest1 = TLanes.Max(scores.LoadFirst(row, column, (int)(classes - column), out _), greatest1);
        }

        return TLanes.Max(TLanes.Max(greatest0, greatest1));
    }
}
