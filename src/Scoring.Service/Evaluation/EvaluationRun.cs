using Scoring.Heads;
using Scoring.Service.Calls;
using Scoring.Service.Memory;
using Scoring.V1;

namespace Scoring.Service.Evaluation;

/// <summary>Measures the rows of a call, in memory that counts among all that is held.</summary>
internal sealed class EvaluationRun(EvaluationSettings settings, HeldMemory held) : IDisposable
{
    private Evaluator? _evaluator;

    /// <summary>Measures the rows of a message, or tells why they cannot be.</summary>
    public Error? Add(EvaluationPlan plan, ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets)
    {
        _evaluator ??= Begin(plan);
        return _evaluator.Add(logits, targets) is { } invalid ? ScoringErrors.NonFinite(invalid, plan.Head) : null;
    }

    /// <summary>The metrics of all rows, of which there are some.</summary>
    public EvaluateResponse Finish(EvaluationPlan plan) => _evaluator!.Finish().ToMessage(plan);

    public void Dispose() => held.AddMeasured(-(_evaluator?.MostBytes ?? 0));

    private Evaluator Begin(EvaluationPlan plan)
    {
        var evaluator = Evaluator.For(plan, settings.Metrics);
        held.AddMeasured(evaluator.MostBytes);
        return evaluator;
    }
}
