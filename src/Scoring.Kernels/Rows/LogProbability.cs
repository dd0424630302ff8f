using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>score − log-sum-exp, the latter in two floats.</summary>
internal readonly struct LogProbability<T> : IRowMap<T, LogProbability<T>> where T : struct, ILanes<T>
{
    private readonly float _high;
    private readonly float _low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LogProbability(Normalizer normalizer)
    {
        double logSum = normalizer.LogSumLessOffset;
        float high = (float)logSum;
        _high = high;
        _low = (float)(logSum - high);
    }

    public static bool IsFirst => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LogProbability<T> For(Normalizer normalizer) => new(normalizer);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of<TScores>(T score, T low) where TScores : struct, IScores<T>
    {
        T high = T.Create(_high), rest = T.Create(_low);
        T difference = TScores.HasLow ? (score - high) + (IScores<T>.Low(score, low) - rest) : (score - high) - rest;

        // The roundings around a score that is all of its row's sum may leave a little above 0.
        return T.Min(T.Create(0), difference);
    }
}
