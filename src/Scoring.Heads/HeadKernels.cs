using System.Buffers;
using System.Runtime.InteropServices;
using Scoring.Heads.Rows;
using Scoring.Kernels;
using Scoring.Kernels.Rows;

namespace Scoring.Heads;

/// <summary>
/// What a head makes of rows of logits, row after row: which kernel serves which head. Where a row has groups, what is said of a row holds for each
/// group of it, from its first class on.
/// </summary>
/// <remarks>
/// Each returns null when every row is good; otherwise the first logit, of the first row with one, that leaves its row without a score: a NaN, a
/// +∞, or any where there is nothing but −∞. The results of such a row are NaN, its classes −1, and its decisions 0; other rows are as they would be
/// without it. Sigmoid and linear scores, and decisions by sigmoids, depend on their own logit alone in such a row too.
/// <see cref="ArgumentException"/> is thrown where lengths do not fit the plan, where what is written overlaps what is read, and where a head that is
/// linear is to decide or to lose.
/// </remarks>
public static class HeadKernels
{
    /// <summary>The activation of each logit.</summary>
    /// <param name="plan">How the rows are scored.</param>
    /// <param name="logits">Rows × classes. −∞ is a masked class.</param>
    /// <param name="scores">Rows × classes; may be the very span of the logits.</param>
    /// <returns>The first logit without a score.</returns>
    public static InvalidLogit? Scores(in HeadPlan plan, ReadOnlySpan<float> logits, Span<float> scores)
    {
        Shape.HasLength(logits.Length, plan.Rows * plan.Classes, "rows × classes");
        Shape.IsSameOrApart(logits, scores, nameof(scores));
        Shape.IsApart<float, float>(scores, plan.Head.Bias);
        return plan.Head.Activation switch
        {
            _ when plan.HasGroups => GroupKernels.Scores(plan, logits, scores),
            Activation.Softmax => Softmax.Compute(logits, plan.Classes, scores, plan.Temperature, plan.Head.Bias, plan.Threads),
            Activation.LogSoftmax => LogSoftmax.Compute(logits, plan.Classes, scores, plan.Temperature, plan.Head.Bias, plan.Threads),
            Activation.Sigmoid => Sigmoid.Compute(logits, plan.Classes, scores, plan.Temperature, plan.Head.Bias, plan.Threads),
            Activation.Linear => Linear.Compute(logits, plan.Classes, scores, plan.Temperature, plan.Head.Bias, plan.Threads),
            _ => throw ActivationExtensions.Unknown(plan.Head.Activation),
        };
    }

    /// <summary>The best classes of each row and their scores, best first; of equals, the one further left.</summary>
    /// <param name="plan">How the rows are scored, with k.</param>
    /// <param name="logits">Rows × classes. −∞ is a masked class.</param>
    /// <param name="indices">Rows × k, with groups rows × groups × k: classes of the row.</param>
    /// <param name="scores">As many: what <see cref="Scores"/> makes of them.</param>
    /// <returns>The first logit without a score.</returns>
    public static InvalidLogit? TopK(in HeadPlan plan, ReadOnlySpan<float> logits, Span<int> indices, Span<float> scores)
    {
        var k = plan.TopK;
        var best = plan.Rows * plan.Distributions * k;
        plan.Check<int>(logits, indices, best, "k for each row, or each group of it");
        plan.Check<float>(logits, scores, best, "k for each row, or each group of it");
        Shape.IsApart<int, float>(indices, scores);
        switch (plan.Head.Activation)
        {
            case var _ when plan.HasGroups:
                return GroupKernels.TopK(plan, logits, indices, scores);
            case Activation.Softmax:
                return Kernels.TopK.Probabilities(logits, plan.Classes, k, indices, scores, plan.Temperature, plan.Head.Bias, plan.Threads);
            case Activation.LogSoftmax:
                return Kernels.TopK.LogProbabilities(logits, plan.Classes, k, indices, scores, plan.Temperature, plan.Head.Bias, plan.Threads);
            case Activation.Sigmoid or Activation.Linear when plan.Head.Bias.Length > 0:
                return BiasedTopK(plan, logits, indices, scores);
            case Activation.Sigmoid or Activation.Linear:
                // Neither they nor the division change the order, so the best logits are the best scores.
                var invalid = Kernels.TopK.Compute(logits, plan.Classes, k, indices, scores, plan.Threads);
                Scores(plan.OfBest(k), scores, scores);
                return invalid;
            default:
                throw ActivationExtensions.Unknown(plan.Head.Activation);
        }
    }

    /// <summary>ln Σ exp(logit / temperature + bias) of each row, whatever the activation.</summary>
    /// <param name="plan">How the rows are scored.</param>
    /// <param name="logits">Rows × classes. −∞ is a masked class.</param>
    /// <param name="results">One for each row, with groups rows × groups.</param>
    /// <returns>The first logit without a score.</returns>
    public static InvalidLogit? LogSumExp(in HeadPlan plan, ReadOnlySpan<float> logits, Span<float> results)
    {
        plan.Check<float>(logits, results, plan.Rows * plan.Distributions, "one for each row, or each group of it");
        return plan.HasGroups
            ? GroupKernels.LogSumExp(plan, logits, results)
            : Kernels.LogSumExp.Compute(logits, plan.Classes, results, plan.Temperature, plan.Head.Bias, plan.Threads);
    }

    /// <summary>The entropy of each row's softmax, in nats, whatever the activation.</summary>
    /// <param name="plan">How the rows are scored.</param>
    /// <param name="logits">Rows × classes. −∞ is a masked class.</param>
    /// <param name="results">One for each row, with groups rows × groups.</param>
    /// <returns>The first logit without a score.</returns>
    public static InvalidLogit? Entropy(in HeadPlan plan, ReadOnlySpan<float> logits, Span<float> results)
    {
        plan.Check<float>(logits, results, plan.Rows * plan.Distributions, "one for each row, or each group of it");
        return plan.HasGroups
            ? GroupKernels.Entropy(plan, logits, results)
            : Kernels.Entropy.Compute(logits, plan.Classes, results, plan.Temperature, plan.Head.Bias, plan.Threads);
    }

    /// <summary>
    /// The loss of each row, in nats: cross-entropy where classes exclude each other, the mean binary cross-entropy where they do not.
    /// </summary>
    /// <param name="plan">How the rows are scored, by a head with probabilities.</param>
    /// <param name="logits">Rows × classes. −∞ is a masked class, and infinitely costly where it is the target.</param>
    /// <param name="targets">A class of each row, with groups one for each group; of a multilabel head rows × classes, 0 or 1.</param>
    /// <param name="losses">One for each row, with groups rows × groups.</param>
    /// <returns>The first logit without a score.</returns>
    public static InvalidLogit? Losses(in HeadPlan plan, ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets, Span<float> losses)
    {
        CheckProbabilities(plan);
        plan.Check<float>(logits, losses, plan.Rows * plan.Distributions, "one for each row, or each group of it");
        Shape.IsApart<float, uint>(losses, targets);
        var isMultilabel = plan.Head.Activation.IsMultilabel();
        Shape.HasLength(targets.Length, isMultilabel ? logits.Length : losses.Length, isMultilabel ? "one for each logit" : "as many as losses");
        if (plan.HasGroups)
        {
            return GroupKernels.Losses(plan, logits, targets, losses);
        }

        if (!isMultilabel)
        {
            return CrossEntropy.Compute(
                logits, plan.Classes, MemoryMarshal.Cast<uint, int>(targets), losses, plan.Temperature, plan.Head.Bias, plan.Threads);
        }

        var labels = ArrayPool<byte>.Shared.Rent(targets.Length);
        for (var i = 0; i < targets.Length; i++)
        {
            // What is no byte is no label either, and is refused as another that is none.
            labels[i] = (byte)Math.Min(targets[i], byte.MaxValue);
        }

        var invalid = BinaryCrossEntropy.Compute(
            logits, plan.Classes, labels.AsSpan(0, targets.Length), losses, plan.Temperature, plan.Head.Bias, plan.Threads);
        ArrayPool<byte>.Shared.Return(labels);
        return invalid;
    }

    /// <summary>
    /// 1 for what the head decides for and 0 for the rest: the best class of each row unless its probability is under the head's threshold; of a
    /// multilabel head each class whose probability is at or over it.
    /// </summary>
    /// <param name="plan">How the rows are scored, by a head with probabilities.</param>
    /// <param name="logits">Rows × classes. −∞ is a masked class.</param>
    /// <param name="decisions">Rows × classes.</param>
    /// <returns>The first logit without a score.</returns>
    public static InvalidLogit? Decisions(in HeadPlan plan, ReadOnlySpan<float> logits, Span<uint> decisions)
    {
        CheckProbabilities(plan);
        plan.Check<uint>(logits, decisions, logits.Length, "as many as logits");
        if (plan.HasGroups)
        {
            return GroupKernels.Decisions(plan, logits, decisions);
        }

        return plan.Head.Activation.IsMultilabel() ? DecideByScores(plan, logits, decisions) : DecideByBest(plan, logits, decisions);
    }

    /// <summary>1 for each class whose probability is at or over the head's threshold.</summary>
    internal static void Decide(HeadDefinition head, ReadOnlySpan<float> probabilities, Span<uint> decisions)
    {
        var threshold = head.Threshold;
        for (var i = 0; i < probabilities.Length; i++)
        {
            decisions[i] = probabilities[i] >= threshold ? 1u : 0u;
        }
    }

    private static InvalidLogit? DecideByScores(in HeadPlan plan, ReadOnlySpan<float> logits, Span<uint> decisions)
    {
        var probabilities = ArrayPool<float>.Shared.Rent(logits.Length);
        var invalid = Scores(plan, logits, probabilities.AsSpan(0, logits.Length));
        Decide(plan.Head, probabilities.AsSpan(0, logits.Length), decisions);
        ArrayPool<float>.Shared.Return(probabilities);
        return invalid;
    }

    private static InvalidLogit? DecideByBest(in HeadPlan plan, ReadOnlySpan<float> logits, Span<uint> decisions)
    {
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

    private static void CheckProbabilities(in HeadPlan plan)
    {
        if (!plan.Head.Activation.HasProbabilities())
        {
            throw new ArgumentException($"Head '{plan.Head.Name}' is linear and has no probabilities.", nameof(plan));
        }
    }

    /// <summary>The best classes of sigmoid and linear heads with a bias, whose order is not that of the logits.</summary>
    private static InvalidLogit? BiasedTopK(in HeadPlan plan, ReadOnlySpan<float> logits, Span<int> indices, Span<float> scores)
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

            switch (plan.Head.Activation)
            {
                case Activation.Sigmoid:
                    Sigmoid.Compute(results, results.Length, results, plan.Temperature, bias.AsSpan(0, best.Length));
                    break;
                case Activation.Linear:
                    Linear.Compute(results, results.Length, results, plan.Temperature, bias.AsSpan(0, best.Length));
                    break;
                default:
                    throw ActivationExtensions.Unknown(plan.Head.Activation);
            }
        }

        ArrayPool<float>.Shared.Return(bias);
        return invalid;
    }
}
