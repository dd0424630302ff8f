using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>The greatest score of a row, NaNs passed over: to choose a shift by, after the usual one was wrong.</summary>
internal static unsafe class RowMaximum
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static float Of<T, TScores>(TScores scores, float* row, int classes)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        T greatest0 = T.Create(float.NegativeInfinity), greatest1 = greatest0;
        nint column = 0;
        for (; column <= classes - 32; column += 32)
        {
            greatest0 = T.Max(scores.Load(row, column, out _), greatest0);
            greatest1 = T.Max(scores.Load(row, column + 16, out _), greatest1);
        }

        for (; column <= classes - 16; column += 16)
        {
            greatest0 = T.Max(scores.Load(row, column, out _), greatest0);
        }

        if (column < classes)
        {
            greatest1 = T.Max(scores.LoadFirst(row, column, (int)(classes - column), out _), greatest1);
        }

        return T.Max(T.Max(greatest0, greatest1));
    }
}
