using System.Diagnostics;
using Scoring.Client;
using Scoring.Protocol;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.Cli.Bench;

/// <summary>
/// One of the few messages that a run sends over and over, and what its answer must be. The first answer is held against float64, and every
/// later one against the bits of the first.
/// </summary>
internal sealed class LoadMessage
{
    /// <summary>Enough that an answer to another message is noticed.</summary>
    internal const int Distinct = 4;

    private readonly AnswerCheck? _check;
    private CheckedAnswer? _checked;
    private int _responseBytes;

    private LoadMessage(LoadPlan plan, int seed, string traceparent = "")
    {
        var random = new Random(seed);
        var logits = new float[checked(plan.Rows * plan.Classes)];
        for (var i = 0; i < logits.Length; i++)
        {
            logits[i] = LogitEncoding.Round((random.NextSingle() * 20) - 10, plan.Type);
        }

        var targets = Targets(plan, random);
        var isLogits = plan.Type == DataType.Fp32;
        var data = isLogits ? [] : LogitEncoding.Encode(logits, plan.Type);
        Request = new ScoreRequest
        {
            Head = plan.Head,
            Classes = plan.Classes,
            Logits = isLogits ? logits : default,
            Data = data,
            DataType = plan.Type,
            Outputs = plan.Outputs,
            TopK = plan.TopK,
            Targets = targets,
            Traceparent = traceparent,
        };
        RequestBytes = (isLogits ? logits.Length * sizeof(float) : data.Length) + (targets.Length * sizeof(uint));
        _check = plan.Check ? new AnswerCheck(plan, logits, targets) : null;
    }

    public ScoreRequest Request { get; }

    /// <summary>Bytes of logits and targets.</summary>
    public int RequestBytes { get; }

    /// <summary>Bytes of results in an answer; 0 before there was one.</summary>
    public int ResponseBytes => Volatile.Read(ref _responseBytes);

    /// <summary>
    /// What is sent turn by turn. A load that is traced has no more logits than one that is not, or it would cost more for its cache misses.
    /// </summary>
    public static IReadOnlyList<LoadMessage> CreateSeveral(LoadPlan plan)
    {
        LoadMessage[] distinct = [.. Enumerable.Range(0, Distinct).Select(seed => new LoadMessage(plan, seed))];
        return plan.TracedEvery == 0
            ? distinct
            : [Traced(plan), .. Enumerable.Range(1, plan.TracedEvery - 1).Select(turn => distinct[turn % Distinct])];
    }

    /// <summary>What is wrong with an answer; null where nothing is, or nothing was asked to be checked.</summary>
    public string? FindFault(ScoreResult result)
    {
        if (ResponseBytes == 0)
        {
            Volatile.Write(ref _responseBytes, CheckedAnswer.CountBytes(result));
        }

        if (_check is null)
        {
            return null;
        }

        if (Volatile.Read(ref _checked) is { } first)
        {
            return first.HasSameBits(result) ? null : $"message {result.Id}: other bits than in an earlier answer to the same logits";
        }

        if (_check.FindFault(result) is { } fault)
        {
            return $"message {result.Id}: {fault}";
        }

        // Where two streams come here at once, both answers are right; bits are those of the first to arrive.
        first = Interlocked.CompareExchange(ref _checked, new CheckedAnswer(result), null) ?? _checked;
        return first.HasSameBits(result) ? null : $"message {result.Id}: other bits than in an earlier answer to the same logits";
    }

    private static LoadMessage Traced(LoadPlan plan) =>
        new(plan, seed: 0, $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01");

    private static uint[] Targets(LoadPlan plan, Random random)
    {
        if (!plan.Outputs.HasFlag(OutputSet.Loss))
        {
            return [];
        }

        var targets = new uint[plan.Head == "sigmoid" ? plan.Rows * plan.Classes : plan.Rows];
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] = (uint)random.Next(plan.Head == "sigmoid" ? 2 : plan.Classes);
        }

        return targets;
    }
}
