using System.Buffers;
using System.Runtime.InteropServices;
using Scoring.Kernels;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>Which kernel serves which head. Each returns the first logit that has no score.</summary>
internal static class HeadKernels
{
    /// <summary>rows × classes scores; may be written over the logits.</summary>
    public static InvalidLogit? Scores(in ScoringPlan plan, ReadOnlySpan<float> logits, Span<float> scores) => plan.Head.Activation switch
    {
        Activation.Softmax => Softmax.Compute(logits, plan.Classes, scores, plan.Temperature, threads: plan.Threads),
        Activation.LogSoftmax => LogSoftmax.Compute(logits, plan.Classes, scores, plan.Temperature, threads: plan.Threads),
        Activation.Sigmoid => Sigmoid.Compute(logits, plan.Classes, scores, plan.Temperature, threads: plan.Threads),
        _ => Linear.Compute(logits, plan.Classes, scores, plan.Temperature, threads: plan.Threads),
    };

    /// <summary>rows × k classes, best first, and their scores; the scores of the other classes are never written.</summary>
    public static InvalidLogit? TopK(in ScoringPlan plan, int k, ReadOnlySpan<float> logits, Span<int> indices, Span<float> scores)
    {
        switch (plan.Head.Activation)
        {
            case Activation.Softmax:
                return Kernels.TopK.Probabilities(logits, plan.Classes, k, indices, scores, plan.Temperature, threads: plan.Threads);
            case Activation.LogSoftmax:
                return Kernels.TopK.LogProbabilities(logits, plan.Classes, k, indices, scores, plan.Temperature, threads: plan.Threads);
            default:
                // Sigmoid and division keep the order, so the best logits are the best scores.
                var invalid = Kernels.TopK.Compute(logits, plan.Classes, k, indices, scores, plan.Threads);
                Scores(plan with { Classes = k }, scores, scores);
                return invalid;
        }
    }

    /// <summary>One loss for each row. The targets have been checked.</summary>
    public static InvalidLogit? Losses(in ScoringPlan plan, ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets, Span<float> losses)
    {
        if (plan.Head.Activation != Activation.Sigmoid)
        {
            return CrossEntropy.Compute(logits, plan.Classes, MemoryMarshal.Cast<uint, int>(targets), losses, plan.Temperature, threads: plan.Threads);
        }

        var labels = ArrayPool<byte>.Shared.Rent(targets.Length);
        for (var i = 0; i < targets.Length; i++)
        {
            labels[i] = (byte)targets[i];
        }

        var invalid = BinaryCrossEntropy.Compute(logits, plan.Classes, labels.AsSpan(0, targets.Length), losses, plan.Temperature, threads: plan.Threads);
        ArrayPool<byte>.Shared.Return(labels);
        return invalid;
    }

    /// <summary>1 at each row's best class, unless its probability is under the head's threshold.</summary>
    public static InvalidLogit? OneHotDecisions(in ScoringPlan plan, ReadOnlySpan<float> logits, Span<uint> decisions)
    {
        var best = ArrayPool<int>.Shared.Rent(plan.Rows);
        var probabilities = ArrayPool<float>.Shared.Rent(plan.Rows);
        var invalid = Kernels.TopK.Probabilities(
            logits, plan.Classes, 1, best.AsSpan(0, plan.Rows), probabilities.AsSpan(0, plan.Rows), plan.Temperature, threads: plan.Threads);
        decisions.Clear();
        for (var row = 0; row < plan.Rows; row++)
        {
            // A row without a score has the probability NaN, which is over no threshold.
            if (probabilities[row] >= plan.Head.Threshold)
            {
                decisions[(row * plan.Classes) + best[row]] = 1;
            }
        }

        ArrayPool<int>.Shared.Return(best);
        ArrayPool<float>.Shared.Return(probabilities);
        return invalid;
    }

    /// <summary>1 for each class whose probability is at or over the head's threshold.</summary>
    public static void ThresholdDecisions(in ScoringPlan plan, ReadOnlySpan<float> probabilities, Span<uint> decisions)
    {
        var threshold = plan.Head.Threshold;
        for (var i = 0; i < probabilities.Length; i++)
        {
            decisions[i] = probabilities[i] >= threshold ? 1u : 0u;
        }
    }
}
