using Scoring.Service.Telemetry;

namespace Scoring.Service.Connections;

/// <summary>The streams that are open, each until its status is on the wire.</summary>
internal sealed class OpenStreams : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The streams, and one more until they are to end.</summary>
    private int _count = 1;

    public OpenStreams(ScoringMetrics metrics) => metrics.ObserveStreams(() => Count);

    public int Count => Volatile.Read(ref _count) - (_ending.IsCancellationRequested ? 0 : 1);

    /// <summary>Cancelled when streams are to answer what they have read, and end, because the service does.</summary>
    public CancellationToken Ending => _ending.Token;

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

    /// <summary>Has them all end, and waits for it; false where they had not when the wait was given up.</summary>
    public async Task<bool> EndAsync(CancellationToken cancellationToken)
    {
        await _ending.CancelAsync();
        Release();
        await _allEnded.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _allEnded.Task.IsCompleted;
    }

    public void Dispose() => _ending.Dispose();

    private void Release()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            _allEnded.TrySetResult();
        }
    }
}
