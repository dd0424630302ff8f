using Microsoft.Extensions.Options;
using Scoring.Service.Calls;
using Scoring.Service.Security;

namespace Scoring.Service.Evaluation;

/// <summary>Counts the Evaluate and Calibrate calls that are under way, because each holds memory of its own.</summary>
internal sealed class EvaluationCalls(IOptions<EvaluationSettings> settings)
{
    /// <summary>How long a call that was refused is told to wait, in milliseconds.</summary>
    private const uint RetryAfterMs = 1000;

    private readonly Shares _calls = new(settings.Value.Calls, settings.Value.CallsPerCaller);

    /// <param name="holder">Whose call it is (<see cref="Callers.HolderOf"/>).</param>
    /// <exception cref="Grpc.Core.RpcException">There are too many.</exception>
    public void Enter(object holder)
    {
        if (_calls.Take(holder, 1) is { } shortage)
        {
            throw CallStatus.Refusal(ScoringErrors.Exhausted(
                shortage.IsOfOne
                    ? $"{shortage.Limit} Evaluate and Calibrate calls of the caller are under way, which is the limit "
                        + "Scoring:Evaluation:CallsPerCaller"
                    : $"{shortage.Limit} Evaluate and Calibrate calls are under way, which is the limit Scoring:Evaluation:Calls",
                RetryAfterMs));
        }
    }

    public void Leave(object holder) => _calls.GiveBack(holder, 1);
}
