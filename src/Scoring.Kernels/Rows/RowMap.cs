using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>Writes a function of each score of a row, or of a part of it.</summary>
internal static unsafe class RowMap
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run<T, TScores, TMap>(TScores scores, float* row, float* output, nint column, nint end, Normalizer normalizer)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
        where TMap : struct, IRowMap<T, TMap>
    {
        TMap map = TMap.For(normalizer);
        for (; column <= end - ILanes<T>.Count; column += ILanes<T>.Count)
        {
            T score = scores.Load(row, column, out T low);
            T.Store(map.Of<TScores>(score, low), output + column);
        }

        if (column < end)
        {
            int left = (int)(end - column);
            T score = scores.LoadFirst(row, column, left, out T low);
            T.StoreFirst(map.Of<TScores>(score, low), output + column, left);
        }
    }
}
