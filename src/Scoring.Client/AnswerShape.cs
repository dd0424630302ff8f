using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Client;

/// <summary>Holds an answer to what its request asked for, so that nobody reads the scores of rows that are not there, or of another's.</summary>
internal static class AnswerShape
{
    /// <summary>What is wrong with the answer to a call; null where it fits.</summary>
    public static string? FaultOf(PooledScoreResponse answer, ScoreRequest request, ulong id) =>
        answer.Id != id ? $"the answer to message {id} is that to message {answer.Id}" : FaultOf(answer, request);

    /// <summary>What is wrong with the answer to a message; null where it fits.</summary>
    public static string? FaultOf(PooledScoreResponse answer, ScoreRequest request)
    {
        if (answer.Error is not null)
        {
            return null;
        }

        var (rows, classes) = ((long)answer.Rows, (long)answer.Classes);
        if (!HasShape(request, rows, classes))
        {
            return $"the answer to message {answer.Id} does not fit it: {rows} × {classes} for {Shape(request)}";
        }

        var outputs = request.Outputs == OutputSet.None ? OutputSet.Scores : request.Outputs;
        var best = rows * Math.Max(request.TopK, 1);
        // Of a head with groups, which only the service knows, each row has a number for each group.
        var misfit = Exactly(OutputSet.Scores, answer.Scores.Count, rows * classes)
            ?? Exactly(OutputSet.Decisions, answer.Decisions.Count, rows * classes)
            ?? InGroups(OutputSet.LogSumExp, answer.LogSumExp.Count, rows)
            ?? InGroups(OutputSet.Entropy, answer.Entropy.Count, rows)
            ?? InGroups(OutputSet.Loss, answer.Losses.Count, rows)
            ?? InGroups(OutputSet.TopK, answer.TopIndices.Count, best)
            ?? (answer.TopScores.Count == answer.TopIndices.Count ? null : Fault(OutputSet.TopK, answer.TopScores.Count))
            ?? Exactly(OutputSet.Labels, answer.TopLabels.Count, answer.TopIndices.Count);
        if (misfit is not null)
        {
            return $"the answer to message {answer.Id}, {rows} × {classes}, does not fit it: {misfit}";
        }

        return AreBelow(answer.TopIndices.Span, classes, PooledScoreResponse.NoClass) && AreBelow(answer.InvalidRows.Span, rows)
            ? null
            : $"the answer to message {answer.Id}, {rows} × {classes}, names a row or a class that it does not have";

        string? Exactly(OutputSet output, int count, long wanted) => count == wanted || IsLeftOut(output, count) ? null : Fault(output, count);

        string? InGroups(OutputSet output, int count, long each) =>
            (each == 0 ? count == 0 : count > 0 && count % each == 0) || IsLeftOut(output, count) ? null : Fault(output, count);

        // What was not asked for may be there all the same, and is then as large as if it was.
        bool IsLeftOut(OutputSet output, int count) => count == 0 && !outputs.HasFlag(output);

        static string Fault(OutputSet output, int count) => $"{count} numbers for {output}";
    }

    private static bool HasShape(ScoreRequest request, long rows, long classes)
    {
        // Where the request has no classes, the head has.
        var isOfWidth = request.Classes == 0 || classes == request.Classes;
        return isOfWidth && classes is >= 0 and <= int.MaxValue && Logits(request) is var logits
            && (logits == 0 ? rows == 0 : rows * classes == logits);
    }

    private static string Shape(ScoreRequest request) =>
        request.Classes == 0 ? $"{Logits(request)} logits" : $"{Logits(request)} logits in rows of {request.Classes}";

    private static long Logits(ScoreRequest request) => request.Data.IsEmpty ? request.Logits.Length : request.Data.Length / request.DataType switch
    {
        DataType.Fp64 => 8,
        DataType.Fp32 => 4,
        _ => 2,
    };

    private static bool AreBelow(ReadOnlySpan<uint> indices, long count, uint none = 0)
    {
        foreach (var index in indices)
        {
            if (index >= count && (none == 0 || index != none))
            {
                return false;
            }
        }

        return true;
    }
}
