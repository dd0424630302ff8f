using System.Globalization;
using Microsoft.Extensions.Options;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Streaming;
using Scoring.V1;

namespace Scoring.Service.Evaluation;

/// <summary>Takes a stream's messages apart into rows and targets, or tells what is wrong with one.</summary>
internal sealed class EvaluationChecker(RequestPlanner heads, IOptions<LimitSettings> limits, IOptions<EvaluationSettings> settings)
{
    private readonly EvaluationSettings _settings = settings.Value;

    /// <param name="request">The message.</param>
    /// <param name="caller">Who sends it.</param>
    /// <param name="first">What the stream's first message said; null where this is the first.</param>
    /// <param name="rows">Filled with what the message carries.</param>
    /// <param name="plan">What holds for the rest of the stream.</param>
    /// <returns>The error that the call ends with; null where the message is well-formed.</returns>
    public Error? Read(PooledScoreRequest request, Caller caller, EvaluationPlan? first, EvaluationRows rows, out EvaluationPlan? plan)
    {
        plan = first;
        HeadDefinition head;
        if (first is not null)
        {
            head = first.Head;
            if (!NamesHead(request.Head, head))
            {
                return ScoringErrors.InvalidArgument($"head is '{Quoted.Text(request.Head)}'; the stream began with '{head.Name}'", "head");
            }
        }
        else if ((heads.FindHead(request.Head, caller, out head) ?? CheckHead(head)) is { } unfit)
        {
            return unfit;
        }

        var shape = new RowShape(request.Classes, request.Logits.Count, request.Data.Count, request.DataType);
        if ((shape.Check(head, limits.Value, out var count, out var classes) ?? CheckPlan(request, head, classes, first, out plan)) is { } error)
        {
            return error;
        }

        if (LogitData.Unpack(request, new HeadPlan(head, count, classes), rows.Logits, []) is { } large)
        {
            return ScoringErrors.TooLarge(large);
        }

        return EvaluationTargets.Read(request, plan!, count, rows.Targets.Allocate(count * plan!.TargetsPerRow));
    }

    private static Error? CheckHead(HeadDefinition head)
    {
        if (!head.Activation.HasProbabilities())
        {
            return ScoringErrors.InvalidArgument($"head '{head.Name}' is linear and has no probabilities to measure", "head");
        }

        return head.Groups.Length > 0
            ? ScoringErrors.InvalidArgument(
                $"head '{head.Name}' has {Plural.Of(head.Groups.Length, "group")}; only a head of one softmax, or of sigmoids, is measured", "head")
            : null;
    }

    private Error? CheckPlan(PooledScoreRequest request, HeadDefinition head, int classes, EvaluationPlan? first, out EvaluationPlan? plan)
    {
        var temperature = request.Temperature ?? head.Temperature;
        plan = first ?? new EvaluationPlan(head, classes, temperature);
        if (RequestPlanner.CheckTemperature(temperature) is { } error)
        {
            return error;
        }

        if (classes > _settings.Classes)
        {
            return ScoringErrors.InvalidArgument($"classes is {classes}; the limit of Evaluate and Calibrate is {_settings.Classes}", "classes");
        }

        if (classes != plan.Classes)
        {
            return ScoringErrors.InvalidArgument($"classes is {classes}; the stream began with {plan.Classes}", "classes");
        }

        return temperature == plan.Temperature
            ? null
            : ScoringErrors.InvalidArgument(
                string.Create(
                    CultureInfo.InvariantCulture, $"temperature is {temperature}; the stream began with {plan.Temperature}"), "temperature");
    }

    /// <summary>An empty name is softmax's. The registry is not asked: it may have other heads by now.</summary>
    private static bool NamesHead(string name, HeadDefinition head) => (name.Length == 0 ? "softmax" : name) == head.Name;
}
