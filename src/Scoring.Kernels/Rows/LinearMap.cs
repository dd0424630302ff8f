using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>The scores themselves.</summary>
internal readonly struct LinearMap<T> : IRowMap<T, LinearMap<T>> where T : struct, ILanes<T>
{
    public static bool IsFirst => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LinearMap<T> For(Normalizer normalizer) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of<TScores>(T score, T low) where TScores : struct, IScores<T> => TScores.HasLow ? score + IScores<T>.Low(score, low) : score;
}
