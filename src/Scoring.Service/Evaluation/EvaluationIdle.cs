using Microsoft.Extensions.Options;

namespace Scoring.Service.Evaluation;

/// <summary>
/// Ends a call whose client is waited for longer than <see cref="EvaluationSettings.IdleMs"/>: it holds memory, and the place of another call.
/// </summary>
internal sealed class EvaluationIdle(IOptions<EvaluationSettings> settings, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _over = new(Timeout.InfiniteTimeSpan, time);

    /// <summary>Cancelled when the call is to end.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>The client is waited for from now on.</summary>
    public void Start() => _over.CancelAfter(settings.Value.IdleMs > 0 ? settings.Value.IdleMs : Timeout.Infinite);

    /// <summary>A message is there.</summary>
    public void Stop() => _over.CancelAfter(Timeout.Infinite);

    public void Dispose() => _over.Dispose();
}
