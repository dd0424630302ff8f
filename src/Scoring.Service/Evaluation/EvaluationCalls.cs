using Microsoft.Extensions.Options;
using Scoring.Service.Streaming;

namespace Scoring.Service.Evaluation;

/// <summary>Counts the Evaluate and Calibrate calls that are under way, because each holds memory of its own.</summary>
internal sealed class EvaluationCalls(IOptions<EvaluationSettings> settings)
{
    /// <summary>How long a call that was refused is told to wait, in milliseconds.</summary>
    private const uint RetryAfterMs = 1000;

    private readonly int _limit = settings.Value.Calls;
    private int _count;

    public void Enter()
    {
        if (Interlocked.Increment(ref _count) > _limit)
        {
            Leave();
            throw EvaluationException.From(ScoringErrors.Exhausted(
                $"{_limit} Evaluate and Calibrate calls are under way, which is the limit Scoring:Evaluation:Calls", RetryAfterMs));
        }
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}
