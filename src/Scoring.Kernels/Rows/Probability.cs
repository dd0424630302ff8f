using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>e^score over its row's sum. The product with both parts of 1 / sum is rounded like the division would be, at a fraction of its price.</summary>
internal readonly struct Probability<T> where T : struct, ILanes<T>
{
    private readonly Exponential<T> _exponential;
    private readonly T _high;
    private readonly T _low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Probability(Normalizer normalizer)
    {
        double inverse = 1 / normalizer.Sum;
        float high = (float)inverse;
        _exponential = new Exponential<T>(normalizer.Shift);
        _high = T.Create(high);
        _low = T.Create((float)(inverse - high));
    }

    /// <summary>From a score and what rounding it left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of<TScores>(T score, T low) where TScores : struct, IScores<T> => OfExponential(_exponential.Of(score, low, TScores.HasLow));

    /// <summary>From e^score · 2^shift, with the normalizer's shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T OfExponential(T exponential) => T.MultiplyAdd(exponential, _high, exponential * _low);
}
