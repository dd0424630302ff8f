using Scoring.Heads;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.V1;

namespace Scoring.Service.Evaluation;

/// <summary>What the rows of a message should be.</summary>
internal static class EvaluationTargets
{
    /// <summary>Fills <paramref name="targets"/>, or tells which of the message's targets cannot be one.</summary>
    public static Error? Read(PooledScoreRequest request, EvaluationPlan plan, int rows, Span<uint> targets)
    {
        if (request.TargetLabels.Count == 0)
        {
            return CheckCount("targets", request.Targets.Count + request.SurplusTargets, plan, rows, targets.Length)
                ?? ReadIndices(request, plan, targets);
        }

        if (request.Targets.Count > 0)
        {
            return ScoringErrors.InvalidArgument(
                $"targets ({request.Targets.Count} of them) and target_labels ({request.TargetLabels.Count}) are both set; a message carries one of "
                + "them", "target_labels");
        }

        if (plan.IsPerLabel)
        {
            return ScoringErrors.InvalidArgument(
                $"target_labels name one class for each row; head '{plan.Head.Name}' is sigmoid and needs targets of 0 or 1 for each class",
                "target_labels");
        }

        return plan.Head.Labels.Count == 0
            ? ScoringErrors.InvalidArgument(
                $"target_labels are set; head '{plan.Head.Name}' has no labels, so targets must be class indices", "target_labels")
            : CheckCount("target_labels", request.TargetLabels.Count + request.SurplusTargets, plan, rows, targets.Length)
                ?? ReadLabels(request, plan, targets);
    }

    private static Error? CheckCount(string field, int count, EvaluationPlan plan, int rows, int expected) => count == expected
        ? null
        : ScoringErrors.InvalidArgument(
            $"{Plural.Of(rows, "row")} of {Plural.Of(plan.Classes, "class")} {(rows == 1 ? "needs" : "need")} {Plural.Of(expected, field[..^1])} "
            + $"({(plan.IsPerLabel ? "0 or 1 for each class" : "one class for each row")}); "
            + $"the message has {count}",
            field);

    private static Error? ReadIndices(PooledScoreRequest request, EvaluationPlan plan, Span<uint> targets)
    {
        var bound = plan.IsPerLabel ? 2u : (uint)plan.Classes;
        request.Targets.Span.CopyTo(targets);
        for (var i = 0; i < targets.Length; i++)
        {
            if (targets[i] >= bound)
            {
                return plan.IsPerLabel
                    ? At("targets", $"the target is {targets[i]}; it must be 0 or 1", i / plan.Classes, i % plan.Classes)
                    : At("targets", $"the target is class {targets[i]}; the classes are 0 to {plan.Classes - 1}", i);
            }
        }

        return null;
    }

    private static Error? ReadLabels(PooledScoreRequest request, EvaluationPlan plan, Span<uint> targets)
    {
        for (var row = 0; row < targets.Length; row++)
        {
            var label = request.TargetLabels[row];
            if (!plan.Head.Labels.TryFind(label, out var target))
            {
                return At("target_labels", $"the target is '{Quoted.Text(label)}', which is not a label of head '{plan.Head.Name}'", row);
            }

            targets[row] = (uint)target;
        }

        return null;
    }

    private static Error At(string field, string what, int row, int? column = null)
    {
        var error = ScoringErrors.InvalidArgument(column is null ? $"row {row}: {what}" : $"row {row}, column {column}: {what}", field);
        error.Row = (uint)row;
        if (column is { } at)
        {
            error.Column = (uint)at;
        }

        return error;
    }
}
