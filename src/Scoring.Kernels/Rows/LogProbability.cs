using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>score − log-sum-exp, the latter in two floats.</summary>
internal readonly struct LogProbability<TLanes> : IRowMap<TLanes, LogProbability<TLanes>> where TLanes : struct, ILanes<TLanes>
{
    private readonly float _high;
    private readonly float _low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LogProbability(Normalizer normalizer)
    {
        double logSum = normalizer.LogSumLessOrigin;
        float high = (float)logSum;
        _high = high;
        _low = (float)(logSum - high);
    }

    public static bool IsFirst => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LogProbability<TLanes> For(Normalizer normalizer) => new(normalizer);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Of<TScores>(TLanes score, TLanes low) where TScores : struct, IScores<TLanes>
    {
        TLanes high = TLanes.Create(_high), rest = TLanes.Create(_low);
        TLanes difference = TScores.HasLow ? (score - high) + (IScores<TLanes>.Low(score, low) - rest) : (score - high) - rest;

        // The roundings around a score that is all of its row's sum may leave a little above 0.
        return TLanes.Min(TLanes.Create(0), difference);
    }
}
