using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>Writes a function of each score of a row, or of a part of it.</summary>
internal static unsafe class RowMap
{
    /// <returns>Whether every score was finite, where the map is the first to see them; else true.</returns>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static bool Run<T, TScores, TMap>(TScores scores, float* row, float* output, nint column, nint end, Normalizer normalizer, bool fromEnd)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
        where TMap : struct, IRowMap<T, TMap>
    {
        TMap map = TMap.For(normalizer);
        // A finite score less itself is 0, and any other is a NaN, which stays.
        T doubt = T.Create(0);
        uint doubtful = 0;
        nint left = (end - column) % ILanes<T>.Count, step = ILanes<T>.Count;
        end -= left;
        if (left > 0)
        {
            T score = scores.LoadFirst(row, end, (int)left, out T low);
            if (TMap.IsFirst)
            {
                T difference = score - score;
                doubtful = T.Unordered(difference, difference) & ((1u << (int)left) - 1);
            }

            T.StoreFirst(map.Of<TScores>(score, low), output + end, (int)left);
        }

        nint vectors = (end - column) / ILanes<T>.Count;
        if (fromEnd)
        {
            (column, step) = (end - step, -step);
        }

        for (; vectors > 0; vectors--, column += step)
        {
            T score = scores.Load(row, column, out T low);
            if (TMap.IsFirst)
            {
                doubt += score - score;
            }

            T.Store(map.Of<TScores>(score, low), output + column);
        }

        return !TMap.IsFirst || (doubtful | T.Unordered(doubt, doubt)) == 0;
    }
}
