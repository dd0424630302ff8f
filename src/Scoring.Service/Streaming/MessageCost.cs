using System.Numerics;
using Scoring.Protocol;

namespace Scoring.Service.Streaming;

/// <summary>
/// How long a message may take to score and to answer, known from what is asked for before any of it is made. Logits are usually ten times as quick
/// as this; some that overflow when they are divided by the temperature are not, and which they are is only known once they are looked at. Measured
/// on one core of an AMD EPYC with AVX-512, in use by others.
/// </summary>
internal static class MessageCost
{
    private const long NanosecondsPerLogit = 30;
    private const long NanosecondsPerDistribution = 400;
    private const long NanosecondsPerClassOfTopK = 80;

    /// <summary>Of the Open Inference Protocol: a score with six digits after the point, which may have 39 before it, made twice.</summary>
    private const long NanosecondsPerText = 2500;
    private const long NanosecondsPerAnswerByte = 1;

    /// <summary>Nanoseconds.</summary>
    public static long Of(in ScoringPlan plan, PooledScoreRequest request)
    {
        var rows = plan.HeadPlan;
        var passes = BitOperations.PopCount((uint)(plan.Outputs & ~OutputSet.Labels));
        var distributions = (long)rows.Rows * rows.Distributions;
        return (passes * (((long)rows.Rows * rows.Classes * NanosecondsPerLogit) + (distributions * NanosecondsPerDistribution)))
            + (plan.Wants(OutputSet.TopK) ? distributions * rows.TopK * NanosecondsPerClassOfTopK : 0)
            + (distributions * TextsPerDistribution(request) * NanosecondsPerText)
            + (plan.AnswerBytes * NanosecondsPerAnswerByte);
    }

    private static long TextsPerDistribution(PooledScoreRequest request)
    {
        var texts = 0L;
        foreach (var output in request.Inference is { } details ? details.Outputs : [])
        {
            texts += output.Classification;
        }

        return texts;
    }
}
