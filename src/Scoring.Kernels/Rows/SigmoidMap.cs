using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>e^z / (1 + e^z), with both sides times 2^64 so that the division, and nothing before it, rounds a subnormal result.</summary>
internal readonly struct SigmoidMap<TLanes> : IRowMap<TLanes, SigmoidMap<TLanes>> where TLanes : struct, ILanes<TLanes>
{
    private const int Shift = 64;
    private const float One = 18446744073709551616f;

    private readonly Exponential<TLanes> _exponential;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SigmoidMap(Exponential<TLanes> exponential) => _exponential = exponential;

    public static bool IsFirst => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SigmoidMap<TLanes> For(Normalizer normalizer) => new(new Exponential<TLanes>(Shift));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Of<TScores>(TLanes score, TLanes low) where TScores : struct, IScores<TLanes>
    {
        TLanes e = _exponential.Of(score, low, TScores.HasLow);
        return e / (TLanes.Create(One) + e);
    }
}
