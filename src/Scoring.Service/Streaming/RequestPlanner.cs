using System.Globalization;
using Microsoft.Extensions.Options;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.Service.Heads;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>Tells what a request asks for, or what is wrong with it.</summary>
internal sealed class RequestPlanner(HeadRegistry heads, IOptions<LimitSettings> limits, IOptions<BatchSettings> batch)
{
    /// <summary>Heads that an error lists.</summary>
    private const int MaxNames = 20;

    private readonly LimitSettings _limits = limits.Value;

    /// <summary>The error that the message is answered with; null where it is well-formed.</summary>
    public Error? Plan(PooledScoreRequest request, IMessageCodec codec, Caller caller, out ScoringPlan plan)
    {
        plan = default;
        if (FindHead(request.Head, caller, out var head) is { } unknown)
        {
            return unknown;
        }

        if (codec.Prepare(request, head) is { } unfit)
        {
            return unfit;
        }

        var shape = new RowShape(request.Classes, request.Logits.Count, request.Data.Count, request.DataType);
        return shape.Check(head, _limits, out var rows, out var classes)
            ?? CheckOptions(request, codec, head, rows, classes, out plan);
    }

    /// <summary>The head of this name, or why there is none for this caller.</summary>
    public Error? FindHead(string name, Caller caller, out HeadDefinition head)
    {
        head = null!;
        if (name.Length > PooledScoreRequest.MaxHeadLength)
        {
            return ScoringErrors.NotFound($"head has more than {PooledScoreRequest.MaxHeadLength} characters, which no head has");
        }

        var current = heads.Current;
        if (caller.Find(current, name) is not { } found)
        {
            // Whether there is such a head is nobody's business who may not use it.
            return caller.MayUse(name)
                ? ScoringErrors.NotFound($"head '{Quoted.Text(name)}' is not configured; there are {Names(caller.HeadsOf(current))}")
                : ScoringErrors.PermissionDenied($"{Quoted.Text(caller.Name)} may not use head "
                    + $"'{Quoted.Text(name.Length == 0 ? HeadSnapshot.DefaultName : name)}'; it may use {Names(caller.HeadsOf(current))}");
        }

        head = found;
        return null;
    }

    private static string Names(IReadOnlyList<HeadDefinition> heads)
    {
        if (heads.Count == 0)
        {
            return "none";
        }

        var names = string.Join(", ", heads.Take(MaxNames).Select(head => head.Name));
        return heads.Count > MaxNames ? $"{names} and {heads.Count - MaxNames} more" : names;
    }

    public static Error? CheckTemperature(float temperature) => temperature > 0 && float.IsFinite(temperature)
        ? null
        : ScoringErrors.InvalidArgument(
            string.Create(CultureInfo.InvariantCulture, $"temperature is {temperature}; it must be finite and above 0"), "temperature");

    private Error? CheckOptions(PooledScoreRequest request, IMessageCodec codec, HeadDefinition head, int rows, int classes, out ScoringPlan plan)
    {
        plan = default;
        if (request.UnknownOutput is { } unknown)
        {
            return ScoringErrors.InvalidArgument(
                $"outputs names {unknown}, which this service does not know; it knows 0 to {(int)Output.Labels}", "outputs");
        }

        if (request.NonFinite is not (NonFinite.Reject or NonFinite.Flag or NonFinite.Propagate))
        {
            return ScoringErrors.InvalidArgument(
                $"non_finite is {(int)request.NonFinite}, which is not one of 0 (REJECT), 1 (FLAG), 2 (PROPAGATE)", "non_finite");
        }

        var temperature = request.Temperature ?? head.Temperature;
        if (CheckTemperature(temperature) is { } unfit)
        {
            return unfit;
        }

        var outputs = request.Outputs == OutputSet.None ? OutputSet.Scores : request.Outputs;
        var topK = request.TopK == 0 ? 1 : request.TopK;
        var error = CheckTopK(outputs, topK, head, classes) ?? CheckActivation(outputs, head)
            ?? TargetChecker.Check(outputs, request, head, rows, classes);
        return error ?? MakePlan(
            new ScoringPlan(
                new HeadPlan(head, rows, classes)
                {
                    Temperature = temperature,
                    TopK = (int)Math.Min(topK, (uint)classes),
                    Threads = batch.Value.Threads,
                },
                outputs,
                _limits.MessageBytes), codec, request, out plan);
    }

    /// <summary>The plan with the size of its answer, unless that is over the limit.</summary>
    private Error? MakePlan(in ScoringPlan unmeasured, IMessageCodec codec, PooledScoreRequest request, out ScoringPlan plan)
    {
        plan = unmeasured with { AnswerBytes = codec.MostBytes(unmeasured, request) };
        var (bytes, limit) = (plan.AnswerBytes, AnswerSize.Limit(_limits.MessageBytes));
        if (bytes <= limit)
        {
            return null;
        }

        plan = default;
        return ScoringErrors.AnswerTooLarge(bytes, limit);
    }

    private Error? CheckTopK(OutputSet outputs, uint topK, HeadDefinition head, int classes)
    {
        if ((outputs & OutputSet.TopK) != 0)
        {
            if (topK > classes)
            {
                return ScoringErrors.InvalidArgument($"top_k is {topK}; the rows have {Plural.Of(classes, "class")}", "top_k");
            }

            for (var i = 0; i < head.Groups.Length; i++)
            {
                if (topK > head.Groups[i])
                {
                    return ScoringErrors.InvalidArgument(
                        $"top_k is {topK}; group {i} of head '{head.Name}' has {Plural.Of(head.Groups[i], "class")}", "top_k");
                }
            }

            if (topK > _limits.TopK)
            {
                return ScoringErrors.InvalidArgument($"top_k is {topK}; the limit is {_limits.TopK}", "top_k");
            }
        }

        if ((outputs & OutputSet.Labels) == 0)
        {
            return null;
        }

        if ((outputs & OutputSet.TopK) == 0)
        {
            return ScoringErrors.InvalidArgument("outputs names LABELS without TOP_K, whose classes they would name", "outputs");
        }

        return head.Labels.Count == 0 ? ScoringErrors.InvalidArgument($"outputs names LABELS; head '{head.Name}' has none", "outputs") : null;
    }

    private static Error? CheckActivation(OutputSet outputs, HeadDefinition head)
    {
        if ((outputs & OutputSet.Decisions) != 0 && !head.Activation.HasProbabilities())
        {
            return ScoringErrors.InvalidArgument(
                $"outputs names DECISIONS; head '{head.Name}' is linear and has no probabilities to decide by", "outputs");
        }

        return (outputs & OutputSet.Entropy) != 0 && !head.Activation.IsMulticlass()
            ? ScoringErrors.InvalidArgument($"outputs names ENTROPY; head '{head.Name}' makes no distribution over its classes", "outputs")
            : null;
    }
}
