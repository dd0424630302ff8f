using Scoring.Heads;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>Tells what is wrong with the targets of a request. Where they are labels, it puts the classes in their place.</summary>
internal static class TargetChecker
{
    public static Error? Check(OutputSet outputs, PooledScoreRequest request, HeadDefinition head, int rows, int classes)
    {
        if ((outputs & OutputSet.Loss) == 0)
        {
            return null;
        }

        if (!head.Activation.HasProbabilities())
        {
            return ScoringErrors.InvalidArgument($"outputs names LOSS; head '{head.Name}' is linear and has no probabilities to lose by", "outputs");
        }

        return CheckKind(request, head) ?? CheckCount(request, head, rows, classes) ?? FindClasses(request, head)
            ?? CheckClasses(request, head, classes);
    }

    private static Error? CheckKind(PooledScoreRequest request, HeadDefinition head)
    {
        if (request.TargetLabels.Count == 0)
        {
            return null;
        }

        if (request.Targets.Count > 0)
        {
            return ScoringErrors.InvalidArgument(
                $"targets ({request.Targets.Count} of them) and target_labels ({request.TargetLabels.Count} of them) are both set; a message carries "
                + "one of them", "target_labels");
        }

        if (head.Activation.IsMultilabel())
        {
            return ScoringErrors.InvalidArgument(
                $"target_labels is set; head '{head.Name}' is sigmoid and takes targets, 0 or 1 for each class", "target_labels");
        }

        return head.Labels.Count == 0
            ? ScoringErrors.InvalidArgument($"target_labels is set; head '{head.Name}' has no labels", "target_labels")
            : null;
    }

    private static Error? CheckCount(PooledScoreRequest request, HeadDefinition head, int rows, int classes)
    {
        var (expected, what) = head.Activation.IsMultilabel() ? (rows * classes, "0 or 1 for each class")
            : head.Groups.Length > 0 ? (rows * head.Groups.Length, "one class for each group of each row")
            : (rows, "one class for each row");
        var there = Math.Max(request.Targets.Count, request.TargetLabels.Count) + request.SurplusTargets;
        return there == expected
            ? null
            : ScoringErrors.InvalidArgument($"LOSS of {Plural.Of(rows, "row")} of {Plural.Of(classes, "class")} needs "
                + $"{Plural.Of(expected, "target")} ({what}); the message has {there}", "targets");
    }

    private static Error? FindClasses(PooledScoreRequest request, HeadDefinition head)
    {
        var labels = request.TargetLabels;
        if (labels.Count == 0)
        {
            return null;
        }

        var targets = request.Targets.Allocate(labels.Count);
        for (var i = 0; i < targets.Length; i++)
        {
            if (!head.Labels.TryFind(labels[i], out var index))
            {
                var (row, place) = Place(head, i);
                return At(row, $"{place}: the target is '{Quoted.Text(labels[i])}', which is not a label of head '{head.Name}'", "target_labels");
            }

            targets[i] = (uint)index;
        }

        return null;
    }

    private static Error? CheckClasses(PooledScoreRequest request, HeadDefinition head, int classes)
    {
        var targets = request.Targets.Span;
        if (head.Groups.Length == 0)
        {
            var bound = head.Activation.IsMultilabel() ? 2u : (uint)classes;
            for (var i = 0; i < targets.Length; i++)
            {
                if (targets[i] >= bound)
                {
                    return OutOfRange(head, targets[i], i, classes);
                }
            }

            return null;
        }

        for (var i = 0; i < targets.Length; i++)
        {
            var group = head.Parts[i % head.Parts.Length];
            if (targets[i] < group.Start || targets[i] >= group.End)
            {
                var (row, place) = Place(head, i);
                return At(row, $"{place}: the target is class {targets[i]}; the group's classes are {group.Start} to {group.End - 1}");
            }
        }

        return null;
    }

    private static Error OutOfRange(HeadDefinition head, uint target, int index, int classes)
    {
        if (!head.Activation.IsMultilabel())
        {
            return At(index, $"row {index}: the target is class {target}; the classes are 0 to {classes - 1}");
        }

        var (row, column) = Math.DivRem(index, classes);
        var error = At(row, $"row {row}, column {column}: the target is {target}; it must be 0 or 1");
        error.Column = (uint)column;
        return error;
    }

    private static (int Row, string Place) Place(HeadDefinition head, int target)
    {
        var (row, group) = Math.DivRem(target, Math.Max(1, head.Groups.Length));
        return (row, head.Groups.Length == 0 ? $"row {row}" : $"row {row}, group {group}");
    }

    private static Error At(int row, string what, string field = "targets")
    {
        var error = ScoringErrors.InvalidArgument(what, field);
        error.Row = (uint)row;
        return error;
    }
}
