using System.Buffers;
using System.Runtime.InteropServices;
using Scoring.Kernels;

namespace Scoring.Service.Streaming;

/// <summary>Which kernel serves which head. Each returns the first logit that has no score.</summary>
internal static class HeadKernels
{
    /// <summary>rows × classes scores; may be written over the logits.</summary>
    public static InvalidLogit? Scores(in ScoringPlan plan, ReadOnlySpan<float> logits, Span<float> scores) => plan.Head.Activation switch
    {
        _ when plan.HasGroups => GroupKernels.Scores(plan, logits, scores),
        Activation.Softmax => Softmax.Compute(logits, plan.Classes, scores, plan.Temperature, plan.Head.Bias, plan.Threads),
        Activation.LogSoftmax => LogSoftmax.Compute(logits, plan.Classes, scores, plan.Temperature, plan.Head.Bias, plan.Threads),
        Activation.Sigmoid => Sigmoid.Compute(logits, plan.Classes, scores, plan.Temperature, plan.Head.Bias, plan.Threads),
        _ => Linear.Compute(logits, plan.Classes, scores, plan.Temperature, plan.Head.Bias, plan.Threads),
    };

    /// <summary>rows × k classes, best first, and their scores; the scores of the other classes are never written.</summary>
    public static InvalidLogit? TopK(in ScoringPlan plan, ReadOnlySpan<float> logits, Span<int> indices, Span<float> scores)
    {
        var k = plan.TopK;
        switch (plan.Head.Activation)
        {
            case var _ when plan.HasGroups:
                return GroupKernels.TopK(plan, logits, indices, scores);
            case Activation.Softmax:
                return Kernels.TopK.Probabilities(logits, plan.Classes, k, indices, scores, plan.Temperature, plan.Head.Bias, plan.Threads);
            case Activation.LogSoftmax:
                return Kernels.TopK.LogProbabilities(logits, plan.Classes, k, indices, scores, plan.Temperature, plan.Head.Bias, plan.Threads);
            case var _ when plan.Head.Bias.Length > 0:
                return BiasedTopK(plan, logits, indices, scores);
            default:
                // Sigmoid and division keep the order, so the best logits are the best scores.
                var invalid = Kernels.TopK.Compute(logits, plan.Classes, k, indices, scores, plan.Threads);
                Scores(plan with { Classes = k }, scores, scores);
                return invalid;
        }
    }

    /// <summary>log Σ exp(x) of each row.</summary>
    public static InvalidLogit? LogSumExp(in ScoringPlan plan, ReadOnlySpan<float> logits, Span<float> results) => plan.HasGroups
        ? GroupKernels.LogSumExp(plan, logits, results)
        : Kernels.LogSumExp.Compute(logits, plan.Classes, results, plan.Temperature, plan.Head.Bias, plan.Threads);

    /// <summary>The entropy of each row.</summary>
    public static InvalidLogit? Entropy(in ScoringPlan plan, ReadOnlySpan<float> logits, Span<float> results) => plan.HasGroups
        ? GroupKernels.Entropy(plan, logits, results)
        : Kernels.Entropy.Compute(logits, plan.Classes, results, plan.Temperature, plan.Head.Bias, plan.Threads);

    /// <summary>One loss for each row. The targets have been checked.</summary>
    public static InvalidLogit? Losses(in ScoringPlan plan, ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets, Span<float> losses)
    {
        if (plan.HasGroups)
        {
            return GroupKernels.Losses(plan, logits, targets, losses);
        }

        if (plan.Head.Activation != Activation.Sigmoid)
        {
            return CrossEntropy.Compute(
                logits, plan.Classes, MemoryMarshal.Cast<uint, int>(targets), losses, plan.Temperature, plan.Head.Bias, plan.Threads);
        }

        var labels = ArrayPool<byte>.Shared.Rent(targets.Length);
        for (var i = 0; i < targets.Length; i++)
        {
            labels[i] = (byte)targets[i];
        }

        var invalid = BinaryCrossEntropy.Compute(
            logits, plan.Classes, labels.AsSpan(0, targets.Length), losses, plan.Temperature, plan.Head.Bias, plan.Threads);
        ArrayPool<byte>.Shared.Return(labels);
        return invalid;
    }

    /// <summary>1 at each row's best class, unless its probability is under the head's threshold.</summary>
    public static InvalidLogit? OneHotDecisions(in ScoringPlan plan, ReadOnlySpan<float> logits, Span<uint> decisions)
    {
        if (plan.HasGroups)
        {
            return GroupKernels.OneHotDecisions(plan, logits, decisions);
        }

        var best = ArrayPool<int>.Shared.Rent(plan.Rows);
        var probabilities = ArrayPool<float>.Shared.Rent(plan.Rows);
        var invalid = Kernels.TopK.Probabilities(
            logits, plan.Classes, 1, best.AsSpan(0, plan.Rows), probabilities.AsSpan(0, plan.Rows), plan.Temperature, plan.Head.Bias, plan.Threads);
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

    /// <summary>The best classes of sigmoid and linear heads with a bias, whose order is not that of the logits.</summary>
    private static InvalidLogit? BiasedTopK(in ScoringPlan plan, ReadOnlySpan<float> logits, Span<int> indices, Span<float> scores)
    {
        // Softmax ranks by logit / temperature + bias, and these heads keep that order. A row without a score has the index −1 and the score NaN.
        var invalid = Kernels.TopK.Probabilities(logits, plan.Classes, plan.TopK, indices, scores, plan.Temperature, plan.Head.Bias, plan.Threads);
        var bias = ArrayPool<float>.Shared.Rent(plan.TopK);
        for (var row = 0; row < plan.Rows; row++)
        {
            var best = indices.Slice(row * plan.TopK, plan.TopK);
            var results = scores.Slice(row * plan.TopK, plan.TopK);
            if (best[0] < 0)
            {
                continue;
            }

            for (var i = 0; i < best.Length; i++)
            {
                results[i] = logits[(row * plan.Classes) + best[i]];
                bias[i] = plan.Head.Bias[best[i]];
            }

            Picked(plan, bias.AsSpan(0, best.Length), results);
        }

        ArrayPool<float>.Shared.Return(bias);
        return invalid;
    }

    private static void Picked(in ScoringPlan plan, ReadOnlySpan<float> bias, Span<float> scores)
    {
        if (plan.Head.Activation == Activation.Sigmoid)
        {
            Sigmoid.Compute(scores, scores.Length, scores, plan.Temperature, bias);
        }
        else
        {
            Linear.Compute(scores, scores.Length, scores, plan.Temperature, bias);
        }
    }
}
