using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary><see cref="Probability{T}"/> under the usual shift, which the compiler can then reckon with.</summary>
internal readonly struct UsualProbability<T> : IRowMap<T, UsualProbability<T>> where T : struct, ILanes<T>
{
    private readonly Exponential<T> _exponential;
    private readonly T _high;
    private readonly T _low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private UsualProbability(float high, float low)
    {
        _exponential = new Exponential<T>(Exponential<T>.UsualShift);
        (_high, _low) = (T.Create(high), T.Create(low));
    }

    public static bool IsFirst => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualProbability<T> For(Normalizer normalizer)
    {
        (float high, float low) = normalizer.Inverse;
        return new(high, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of<TScores>(T score, T low) where TScores : struct, IScores<T> =>
        Probability<T>.OfExponential(_exponential.OfBounded(score, low, TScores.HasLow), _high, _low);
}
