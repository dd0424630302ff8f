using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// e^score over its row's sum. The product with both parts of 1 / sum is rounded like the division would be, at a fraction of its price.
/// </summary>
internal readonly struct Probability<TLanes> : IRowMap<TLanes, Probability<TLanes>> where TLanes : struct, ILanes<TLanes>
{
    private readonly Exponential<TLanes> _exponential;
    private readonly float _high;
    private readonly float _low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Probability(Normalizer normalizer)
    {
        _exponential = new Exponential<TLanes>(normalizer.Shift);
        (_high, _low) = normalizer.Inverse;
    }

    public static bool IsFirst => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Probability<TLanes> For(Normalizer normalizer) => new(normalizer);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Of<TScores>(TLanes score, TLanes low) where TScores : struct, IScores<TLanes> =>
        OfExponential(_exponential.OfBounded(score, low, TScores.HasLow));

    /// <summary>From e^score · 2^shift, with the normalizer's shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes OfExponential(TLanes exponential) => OfExponential(exponential, TLanes.Create(_high), TLanes.Create(_low));

    /// <summary>From both parts of 1 / sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes OfExponential(TLanes exponential, TLanes high, TLanes low) => TLanes.MultiplyAdd(exponential, high, exponential * low);
}
