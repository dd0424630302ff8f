using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>Writes a function of each score of a row, or of a part of it.</summary>
internal static unsafe class RowMap
{
    /// <returns>Whether every score was finite, where the map is the first to see them; else true.</returns>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static bool Run<TLanes, TScores, TMap>(
        TScores scores, float* row, float* output, nint column, nint end, Normalizer normalizer, bool fromEnd)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
        where TMap : struct, IRowMap<TLanes, TMap>
    {
        TMap map = TMap.For(normalizer);
        // A finite score less itself is 0, and any other is a NaN, which stays.
        TLanes doubt = TLanes.Create(0);
        uint doubtful = 0;
        nint left = (end - column) % Lanes.Count, step = Lanes.Count;
        end -= left;
        if (left > 0)
        {
            TLanes score = scores.LoadFirst(row, end, (int)left, out TLanes low);
            if (TMap.IsFirst)
            {
                TLanes difference = score - score;
                doubtful = TLanes.Unordered(difference, difference) & ((1u << (int)left) - 1);
            }

            TLanes.StoreFirst(map.Of<TScores>(score, low), output + end, (int)left);
        }

        nint vectors = (end - column) / Lanes.Count;
        if (fromEnd)
        {
            (column, step) = (end - step, -step);
        }

        for (; vectors > 0; vectors--, column += step)
        {
            TLanes score = scores.Load(row, column, out TLanes low);
            if (TMap.IsFirst)
            {
                doubt += score - score;
            }

            TLanes.Store(map.Of<TScores>(score, low), output + column);
        }

        return !TMap.IsFirst || (doubtful | TLanes.Unordered(doubt, doubt)) == 0;
    }
}
