using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary><see cref="Probability{TLanes}"/> under the usual shift, which the compiler can then reckon with.</summary>
internal readonly struct UsualProbability<TLanes> : IRowMap<TLanes, UsualProbability<TLanes>> where TLanes : struct, ILanes<TLanes>
{
    private readonly Exponential<TLanes> _exponential;
    private readonly TLanes _high;
    private readonly TLanes _low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private UsualProbability(float high, float low)
    {
        _exponential = new Exponential<TLanes>(Exponential<TLanes>.UsualShift);
        (_high, _low) = (TLanes.Create(high), TLanes.Create(low));
    }

    public static bool IsFirst => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualProbability<TLanes> For(Normalizer normalizer)
    {
        (float high, float low) = normalizer.Inverse;
        return new(high, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Of<TScores>(TLanes score, TLanes low) where TScores : struct, IScores<TLanes> =>
        Probability<TLanes>.OfExponential(_exponential.OfBounded(score, low, TScores.HasLow), _high, _low);
}
