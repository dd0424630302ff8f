using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>score − log-sum-exp, the latter in two floats.</summary>
internal readonly struct LogProbability<T> where T : struct, ILanes<T>
{
    private readonly T _high;
    private readonly T _low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LogProbability(Normalizer normalizer)
    {
        double logSum = normalizer.LogSumLessOffset;
        float high = (float)logSum;
        _high = T.Create(high);
        _low = T.Create((float)(logSum - high));
    }

    /// <summary>From a score and what rounding it left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of<TScores>(T score, T low) where TScores : struct, IScores<T>
    {
        T difference = TScores.HasLow ? (score - _high) + (IScores<T>.Low(score, low) - _low) : (score - _high) - _low;

        // The roundings around a score that is all of its row's sum may leave a little above 0.
        return T.Min(T.Create(0), difference);
    }
}
