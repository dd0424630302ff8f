using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>e^z / (1 + e^z), with both sides times 2^64 so that the division, and nothing before it, rounds a subnormal result.</summary>
internal readonly struct SigmoidMap<T> : IRowMap<T, SigmoidMap<T>> where T : struct, ILanes<T>
{
    private const int Shift = 64;
    private const float One = 18446744073709551616f;

    private readonly Exponential<T> _exponential;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SigmoidMap(Exponential<T> exponential) => _exponential = exponential;

    public static bool IsFirst => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SigmoidMap<T> For(Normalizer normalizer) => new(new Exponential<T>(Shift));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of<TScores>(T score, T low) where TScores : struct, IScores<T>
    {
        T e = _exponential.Of(score, low, TScores.HasLow);
        return e / (T.Create(One) + e);
    }
}
