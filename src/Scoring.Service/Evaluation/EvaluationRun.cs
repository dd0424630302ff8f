using Scoring.Heads;
using Scoring.Service.Calls;
using Scoring.Service.Connections;
using Scoring.V1;

namespace Scoring.Service.Evaluation;

/// <summary>Measures the rows of a call, in memory that counts.</summary>
internal sealed class EvaluationRun(EvaluationSettings settings, UnpooledMemory memory)
{
    private Evaluator? _evaluator;
    private long _bytes;

    /// <summary>Measures rows, or tells why they cannot be.</summary>
    public Error? Add(EvaluationPlan plan, ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets)
    {
        _evaluator ??= Evaluator.For(plan, settings.Metrics);
        var invalid = _evaluator.Add(logits, targets);
        memory.Add(_evaluator.Bytes - _bytes);
        _bytes = _evaluator.Bytes;
        return invalid is { } logit ? ScoringErrors.NonFinite(logit, plan.Head) : null;
    }

    /// <summary>The metrics of all rows, of which there are some.</summary>
    public EvaluateResponse Finish(EvaluationPlan plan) => _evaluator!.Finish().ToMessage(plan);
}
