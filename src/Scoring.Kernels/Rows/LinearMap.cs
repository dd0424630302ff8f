using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>The scores themselves.</summary>
internal readonly struct LinearMap<TLanes> : IRowMap<TLanes, LinearMap<TLanes>> where TLanes : struct, ILanes<TLanes>
{
    public static bool IsFirst => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LinearMap<TLanes> For(Normalizer normalizer) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Of<TScores>(TLanes score, TLanes low) where TScores : struct, IScores<TLanes> =>
        TScores.HasLow ? score + IScores<TLanes>.Low(score, low) : score;
}
