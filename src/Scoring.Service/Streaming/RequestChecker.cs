using System.Globalization;
using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service.Heads;
using Scoring.Service.Hosting;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>Tells what a request asks for, or what is wrong with it.</summary>
internal sealed class RequestChecker(HeadRegistry heads, IOptions<LimitSettings> limits, IOptions<BatchSettings> batch)
{
    /// <summary>Heads that an error lists.</summary>
    private const int MaxNames = 20;

    private readonly LimitSettings _limits = limits.Value;

    /// <summary>The error that the message is answered with; null where it is well-formed.</summary>
    public Error? Check(PooledScoreRequest request, out ScoringPlan plan)
    {
        plan = default;
        if (request.Head.Length > PooledScoreRequest.MaxHeadLength)
        {
            return ScoringErrors.NotFound(
                $"head has {request.Head.Length} characters; no head has a name of more than {PooledScoreRequest.MaxHeadLength}");
        }

        var snapshot = heads.Current;
        if (snapshot.Find(request.Head) is not { } head)
        {
            return ScoringErrors.NotFound(
                $"head '{request.Head}' is not configured; there are {Names(snapshot)}");
        }

        return CheckShape(request, head, out var rows, out var classes)
            ?? CheckOptions(request, head, rows, classes, out plan);
    }

    private static string Names(HeadSnapshot heads)
    {
        var names = string.Join(", ", heads.All.Take(MaxNames).Select(head => head.Name));
        return heads.All.Count > MaxNames ? $"{names} and {heads.All.Count - MaxNames} more" : names;
    }

    private Error? CheckShape(PooledScoreRequest request, HeadDefinition head, out int rows, out int classes)
    {
        rows = 0;
        classes = 0;
        if (CheckElements(request, out var elements) is { } error)
        {
            return error;
        }

        if (request.Classes == 0 && head.Classes == 0)
        {
            return ScoringErrors.InvalidArgument($"classes is 0; head '{head.Name}' takes rows of any width, so the message must tell it");
        }

        if (head.Classes != 0 && request.Classes != 0 && request.Classes != head.Classes)
        {
            return ScoringErrors.InvalidArgument($"classes is {request.Classes}; head '{head.Name}' has {head.Classes}");
        }

        var width = request.Classes == 0 ? (uint)head.Classes : request.Classes;
        if (width > _limits.Classes)
        {
            return ScoringErrors.InvalidArgument($"classes is {width}; the limit is {_limits.Classes}");
        }

        var (whole, over) = Math.DivRem(elements, (int)width);
        if (over != 0)
        {
            return ScoringErrors.InvalidArgument(
                $"{elements} logits do not divide into rows of {width} classes: row {whole} has only {over}");
        }

        if (whole > _limits.Rows)
        {
            return ScoringErrors.InvalidArgument($"the message has {whole} rows; the limit is {_limits.Rows}");
        }

        (rows, classes) = (whole, (int)width);
        return null;
    }

    private static Error? CheckElements(PooledScoreRequest request, out int elements)
    {
        elements = request.Logits.Count;
        if (ElementBytes(request.DataType) is not { } size)
        {
            return ScoringErrors.InvalidArgument($"data_type is {(int)request.DataType}, which is none of 0 (FP32), 1 (FP16), 2 (BF16), 3 (FP64)");
        }

        if (request.Data.Count == 0)
        {
            return null;
        }

        if (elements > 0)
        {
            return ScoringErrors.InvalidArgument(
                $"logits ({elements} of them) and data ({request.Data.Count} bytes) are both set; a message carries one of them");
        }

        if (request.Data.Count % size != 0)
        {
            return ScoringErrors.InvalidArgument($"data has {request.Data.Count} bytes, which is no whole number of {size}-byte elements");
        }

        elements = request.Data.Count / size;
        return null;
    }

    private Error? CheckOptions(PooledScoreRequest request, HeadDefinition head, int rows, int classes, out ScoringPlan plan)
    {
        plan = default;
        if (request.UnknownOutput is { } unknown)
        {
            return ScoringErrors.InvalidArgument($"outputs names {unknown}, which this service does not know; it knows 0 to {(int)Output.Labels}");
        }

        if (request.NonFinite is not (NonFinite.Reject or NonFinite.Flag or NonFinite.Propagate))
        {
            return ScoringErrors.InvalidArgument($"non_finite is {(int)request.NonFinite}, which is none of 0 (REJECT), 1 (FLAG), 2 (PROPAGATE)");
        }

        var temperature = request.Temperature ?? head.Temperature;
        if (!(temperature > 0 && float.IsFinite(temperature)))
        {
            return ScoringErrors.InvalidArgument(
                string.Create(CultureInfo.InvariantCulture, $"temperature is {temperature}; it must be finite and above 0"));
        }

        var outputs = request.Outputs == OutputSet.None ? OutputSet.Scores : request.Outputs;
        var topK = request.TopK == 0 ? 1 : request.TopK;
        var error = CheckTopK(outputs, topK, head, classes) ?? CheckActivation(outputs, head) ?? TargetChecker.Check(outputs, request, head, rows, classes);
        plan = new ScoringPlan(
            head, rows, classes, temperature, outputs, (int)Math.Min(topK, (uint)classes), batch.Value.Threads, _limits.MessageBytes);
        return error;
    }

    private Error? CheckTopK(OutputSet outputs, uint topK, HeadDefinition head, int classes)
    {
        if ((outputs & OutputSet.TopK) != 0)
        {
            if (topK > classes)
            {
                return ScoringErrors.InvalidArgument($"top_k is {topK}; the rows have {classes} classes");
            }

            for (var i = 0; i < head.Groups.Length; i++)
            {
                if (topK > head.Groups[i])
                {
                    return ScoringErrors.InvalidArgument($"top_k is {topK}; group {i} of head '{head.Name}' has {head.Groups[i]} classes");
                }
            }

            if (topK > _limits.TopK)
            {
                return ScoringErrors.InvalidArgument($"top_k is {topK}; the limit is {_limits.TopK}");
            }
        }

        if ((outputs & OutputSet.Labels) == 0)
        {
            return null;
        }

        if ((outputs & OutputSet.TopK) == 0)
        {
            return ScoringErrors.InvalidArgument("outputs names LABELS without TOP_K, whose classes they would name");
        }

        return head.Labels.Count == 0 ? ScoringErrors.InvalidArgument($"outputs names LABELS; head '{head.Name}' has none") : null;
    }

    private static Error? CheckActivation(OutputSet outputs, HeadDefinition head)
    {
        if ((outputs & OutputSet.Decisions) != 0 && head.Activation == Activation.Linear)
        {
            return ScoringErrors.InvalidArgument($"outputs names DECISIONS; head '{head.Name}' is linear and has no probabilities to decide by");
        }

        return (outputs & OutputSet.Entropy) != 0 && head.Activation is (Activation.Linear or Activation.Sigmoid)
            ? ScoringErrors.InvalidArgument($"outputs names ENTROPY; head '{head.Name}' makes no distribution over its classes")
            : null;
    }

    private static int? ElementBytes(DataType type) => type switch
    {
        DataType.Fp32 => 4,
        DataType.Fp16 or DataType.Bf16 => 2,
        DataType.Fp64 => 8,
        _ => null,
    };
}
