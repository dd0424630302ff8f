using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>e^score over its row's sum. The product with both parts of 1 / sum is rounded like the division would be, at a fraction of its price.</summary>
internal readonly struct Probability<T> : IRowMap<T, Probability<T>> where T : struct, ILanes<T>
{
    private readonly Exponential<T> _exponential;
    private readonly float _high;
    private readonly float _low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Probability(Normalizer normalizer)
    {
        _exponential = new Exponential<T>(normalizer.Shift);
        (_high, _low) = normalizer.Inverse;
    }

    public static bool IsFirst => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Probability<T> For(Normalizer normalizer) => new(normalizer);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of<TScores>(T score, T low) where TScores : struct, IScores<T> => OfExponential(_exponential.OfBounded(score, low, TScores.HasLow));

    /// <summary>From e^score · 2^shift, with the normalizer's shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T OfExponential(T exponential) => OfExponential(exponential, T.Create(_high), T.Create(_low));

    /// <summary>From both parts of 1 / sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T OfExponential(T exponential, T high, T low) => T.MultiplyAdd(exponential, high, exponential * low);
}
