using System.Buffers;
using Scoring.Kernels;

namespace Scoring.Heads.Rows;

/// <summary>
/// What <see cref="HeadKernels"/> does, for heads with groups: each group of the rows is gathered into rows of its own, scored as a
/// head by itself, and put in its place. A row with a group that has no score has none in its other groups either.
/// </summary>
internal static class GroupKernels
{
    private delegate InvalidLogit? RowKernel(in HeadPlan plan, ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets, Span<float> results);

    /// <summary>rows × classes scores; may be written over the logits.</summary>
    public static InvalidLogit? Scores(in HeadPlan plan, ReadOnlySpan<float> logits, Span<float> scores)
    {
        if (plan.Head.Activation == Activation.Softmax)
        {
            return GroupedSoftmax.Compute(logits, plan.Head.Groups, scores, plan.Temperature, plan.Head.Bias, plan.Threads);
        }

        InvalidLogit? invalid = null;
        var rented = ArrayPool<float>.Shared.Rent(logits.Length);
        foreach (var group in plan.Head.Parts)
        {
            var part = rented.AsSpan(0, plan.Rows * group.Width);
            Columns.Gather(logits, group.Start, part, plan.Rows);
            KeepFirst(HeadKernels.Scores(plan.Of(group), part, part), group, ref invalid);
            Columns.Scatter(part, scores, group.Start, plan.Rows);
        }

        ArrayPool<float>.Shared.Return(rented);
        SpreadNaN(scores, plan.Rows, invalid);
        return invalid;
    }

    /// <summary>rows × groups × k classes, best first, and their scores. A class is told by its index in the row.</summary>
    public static InvalidLogit? TopK(in HeadPlan plan, ReadOnlySpan<float> logits, Span<int> indices, Span<float> scores)
    {
        InvalidLogit? invalid = null;
        var rented = ArrayPool<float>.Shared.Rent(logits.Length);
        var best = ArrayPool<int>.Shared.Rent(plan.Rows * plan.TopK);
        var bestScores = ArrayPool<float>.Shared.Rent(plan.Rows * plan.TopK);
        var partIndices = best.AsSpan(0, plan.Rows * plan.TopK);
        var partScores = bestScores.AsSpan(0, plan.Rows * plan.TopK);
        var groups = plan.Head.Parts;
        for (var i = 0; i < groups.Length; i++)
        {
            var group = groups[i];
            var part = rented.AsSpan(0, plan.Rows * group.Width);
            Columns.Gather(logits, group.Start, part, plan.Rows);
            KeepFirst(HeadKernels.TopK(plan.Of(group), part, partIndices, partScores), group, ref invalid);
            foreach (ref var index in partIndices)
            {
                index = index < 0 ? index : group.Start + index;
            }

            Columns.Scatter(partIndices, indices, i * plan.TopK, plan.Rows);
            Columns.Scatter(partScores, scores, i * plan.TopK, plan.Rows);
        }

        ArrayPool<float>.Shared.Return(rented);
        ArrayPool<int>.Shared.Return(best);
        ArrayPool<float>.Shared.Return(bestScores);
        SpreadNaN(scores, plan.Rows, invalid);
        for (var i = 0; invalid is not null && i < scores.Length; i++)
        {
            indices[i] = float.IsNaN(scores[i]) ? -1 : indices[i];
        }

        return invalid;
    }

    /// <summary>rows × groups.</summary>
    public static InvalidLogit? LogSumExp(in HeadPlan plan, ReadOnlySpan<float> logits, Span<float> results) => PerGroup(
        plan, logits, [], results, static (in part, logits, _, results) => HeadKernels.LogSumExp(part, logits, results));

    /// <summary>rows × groups.</summary>
    public static InvalidLogit? Entropy(in HeadPlan plan, ReadOnlySpan<float> logits, Span<float> results) => PerGroup(
        plan, logits, [], results, static (in part, logits, _, results) => HeadKernels.Entropy(part, logits, results));

    /// <summary>rows × groups losses. The targets, as many, are classes of their groups.</summary>
    public static InvalidLogit? Losses(in HeadPlan plan, ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets, Span<float> losses) =>
        PerGroup(plan, logits, targets, losses, HeadKernels.Losses);

    /// <summary>rows × classes: 1 at each group's best class, unless its probability is under the head's threshold.</summary>
    public static InvalidLogit? Decisions(in HeadPlan plan, ReadOnlySpan<float> logits, Span<uint> decisions)
    {
        InvalidLogit? invalid = null;
        var rented = ArrayPool<float>.Shared.Rent(logits.Length);
        var rentedDecisions = ArrayPool<uint>.Shared.Rent(logits.Length);
        foreach (var group in plan.Head.Parts)
        {
            var part = rented.AsSpan(0, plan.Rows * group.Width);
            var partDecisions = rentedDecisions.AsSpan(0, part.Length);
            Columns.Gather(logits, group.Start, part, plan.Rows);
            KeepFirst(HeadKernels.Decisions(plan.Of(group), part, partDecisions), group, ref invalid);
            Columns.Scatter(partDecisions, decisions, group.Start, plan.Rows);
        }

        ArrayPool<float>.Shared.Return(rented);
        ArrayPool<uint>.Shared.Return(rentedDecisions);
        for (var row = invalid?.Row ?? plan.Rows; row < plan.Rows; row++)
        {
            if (FindInvalid(plan, logits, row) is not null)
            {
                decisions.Slice(row * plan.Classes, plan.Classes).Clear();
            }
        }

        return invalid;
    }

    /// <summary>The first logit of a row that leaves one of its groups without a score.</summary>
    public static InvalidLogit? FindInvalid(in HeadPlan plan, ReadOnlySpan<float> logits, int row)
    {
        foreach (var group in plan.Head.Parts)
        {
            if (InvalidLogits.Find(logits.Slice((row * plan.Classes) + group.Start, group.Width), group.Width) is { } found)
            {
                return new InvalidLogit(row, group.Start + found.Column, found.Value);
            }
        }

        return null;
    }

    private static InvalidLogit? PerGroup(
        in HeadPlan plan, ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets, Span<float> results, RowKernel kernel)
    {
        InvalidLogit? invalid = null;
        var rented = ArrayPool<float>.Shared.Rent(logits.Length);
        var rentedResults = ArrayPool<float>.Shared.Rent(plan.Rows);
        var rentedTargets = ArrayPool<uint>.Shared.Rent(plan.Rows);
        var partResults = rentedResults.AsSpan(0, plan.Rows);
        var partTargets = rentedTargets.AsSpan(0, targets.IsEmpty ? 0 : plan.Rows);
        var groups = plan.Head.Parts;
        for (var i = 0; i < groups.Length; i++)
        {
            var group = groups[i];
            var part = rented.AsSpan(0, plan.Rows * group.Width);
            Columns.Gather(logits, group.Start, part, plan.Rows);
            for (var row = 0; row < partTargets.Length; row++)
            {
                var target = targets[(row * plan.Distributions) + i];
                partTargets[row] = target >= group.Start && target < group.End
                    ? target - (uint)group.Start
                    : throw new ArgumentOutOfRangeException(
                        nameof(targets), target, $"The target of row {row}, group {i} is not from {group.Start} to {group.End - 1}.");
            }

            KeepFirst(kernel(plan.Of(group), part, partTargets, partResults), group, ref invalid);
            Columns.Scatter(partResults, results, i, plan.Rows);
        }

        ArrayPool<float>.Shared.Return(rented);
        ArrayPool<float>.Shared.Return(rentedResults);
        ArrayPool<uint>.Shared.Return(rentedTargets);
        SpreadNaN(results, plan.Rows, invalid);
        return invalid;
    }

    /// <summary>The first bad logit of the rows is that of the first row with one, and there the one furthest left.</summary>
    private static void KeepFirst(InvalidLogit? found, HeadGroup group, ref InvalidLogit? invalid)
    {
        if (found is { } logit && (invalid is null || logit.Row < invalid.Value.Row))
        {
            invalid = logit with { Column = group.Start + logit.Column };
        }
    }

    private static void SpreadNaN(Span<float> results, int rows, InvalidLogit? invalid)
    {
        for (var row = invalid?.Row ?? rows; row < rows; row++)
        {
            var width = results.Length / rows;
            var values = results.Slice(row * width, width);
            foreach (var value in values)
            {
                if (float.IsNaN(value))
                {
                    values.Fill(float.NaN);
                    break;
                }
            }
        }
    }
}
