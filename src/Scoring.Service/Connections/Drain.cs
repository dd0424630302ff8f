using Microsoft.Extensions.Options;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Connections;

/// <summary>
/// How the service ends: it tells that it is not ready, and serves on for a while; then it asks clients to go elsewhere, answers what it has read,
/// and ends their streams before it closes their connections, so that every client learns the status of its stream and not just that the connection
/// is gone.
/// </summary>
internal sealed class Drain(IOptions<DrainSettings> settings, OpenConnections connections, OpenStreams streams, ScoringMetrics metrics,
    TimeProvider time, ILogger<Drain> logger)
    : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _begun = new();

    /// <summary>Cancelled when the service is to end: it is not ready from then on.</summary>
    public CancellationToken Begun => _begun.Token;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Only now do all listen who will.
        metrics.ShowZeros();
        return Task.CompletedTask;
    }

    /// <param name="cancellationToken">Cancelled when the time for all of it is over.</param>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _begun.CancelAsync();
        var delay = TimeSpan.FromMilliseconds(settings.Value.DelayMs);
        Log.Draining(logger, streams.Count, settings.Value.DelayMs);
        await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        connections.End();
        // A stream whose client does not read cannot end by itself: past the time its connection is closed under it.
        var isComplete = await streams.EndAsync(cancellationToken);
        metrics.Drained(isComplete ? "completed" : "timed_out");

        // Kestrel closes connections as well, but then looks no more at those of which nothing comes: a client that keeps its half of a call open
        // would hold it up.
        await connections.ClosedAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _begun.Dispose();
}
