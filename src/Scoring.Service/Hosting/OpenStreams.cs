using Scoring.Service.Telemetry;

namespace Scoring.Service.Hosting;

/// <summary>
/// The streams that are open. When the service stops, they end before the server closes their connections, so that every
/// client learns the status of its stream and not just that the connection is gone.
/// </summary>
internal sealed class OpenStreams : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ScoringMetrics _metrics;

    /// <summary>The streams, and one more until the service stops.</summary>
    private int _count = 1;

    public OpenStreams(ScoringMetrics metrics)
    {
        _metrics = metrics;
        metrics.ObserveStreams(() => Volatile.Read(ref _count) - (_stopping.IsCancellationRequested ? 0 : 1));
    }

    /// <summary>Cancelled when streams are to answer what they have read, and end.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Counts a stream from now until its status is on the wire.</summary>
    public void Add(HttpResponse response)
    {
        Interlocked.Increment(ref _count);
        response.OnCompleted(() =>
        {
            Release();
            return Task.CompletedTask;
        });
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        Release();
        // A stream whose client does not read cannot end by itself: past the host's patience its connection is closed under it.
        await _allEnded.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _metrics.Drained(_allEnded.Task.IsCompleted ? "completed" : "timed_out");
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Only now do all listen who will.
        _metrics.ShowZeros();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private void Release()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            _allEnded.TrySetResult();
        }
    }
}
