using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Scoring.Service.Memory;
using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Connections;

/// <summary>
/// The connections of clients. There is a limit to them, and each has an age at which it ends, so that clients spread over servers that came later.
/// Kestrel has no such age, and its own limit counts those who look after the service as well.
/// </summary>
internal sealed class OpenConnections(
    IOptions<LimitSettings> limits, IOptions<DrainSettings> drain, LargeBlockMemoryPool blocks, ConnectionCutter cutter, TimeProvider time,
    ScoringMetrics metrics, FailureLog failures)
{
    /// <summary>A connection's age is up to so much more or less, at random: those that were made together do not end together.</summary>
    private const double Jitter = 0.1;

    /// <summary>What Kestrel does by itself once a client is gone is mostly done long before.</summary>
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan BetweenLooksAtRest = TimeSpan.FromSeconds(0.1);

    private readonly TaskCompletionSource _allClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private volatile bool _isEnding;

    /// <summary>Counts the connections of an endpoint among these.</summary>
    public void Watch(ListenOptions endpoint)
    {
        var isHttp1 = endpoint.Protocols == HttpProtocols.Http1;
        endpoint.Use(next => connection => RunAsync(connection, isHttp1, next));
    }

    /// <summary>Ends them all, and those that come after.</summary>
    public void End()
    {
        _isEnding = true;
        foreach (var connection in cutter.Connections)
        {
            connection.End();
        }
    }

    /// <summary>Waits until all are closed, once they are to end, or the wait is given up.</summary>
    public async Task ClosedAsync(CancellationToken cancellationToken)
    {
        CloseIfLast();
        await _allClosed.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(ConnectionContext connection, bool isHttp1, ConnectionDelegate next)
    {
        var isFull = Interlocked.Increment(ref _count) > limits.Value.Connections;
        if (isFull || cutter.IsOver)
        {
            // What those that are cut held is there for a while yet, and more connections would take what there is no more.
            Leave();
            metrics.ConnectionRefused();
            connection.Abort(new ConnectionAbortedException(isFull
                ? "there are as many connections as Scoring:Limits:Connections allows"
                : "more is held than Scoring:Limits:BufferBytes allows"));
            return;
        }

        using var open = new OpenConnection(connection, new ConnectionMemory(limits.Value.ConnectionBytes));
        connection.Features.Set(open);
        var memory = new ConnectionBlocks(blocks, open.Memory, cutter.Check);
        connection.Features.Set<IMemoryPoolFeature>(memory);
        if (isHttp1)
        {
            connection.Transport = new CountedOutput(connection.Transport, memory);
        }

        cutter.Add(open);
        if (_isEnding)
        {
            open.End();
        }

        using var age = limits.Value.ConnectionAgeMs > 0 ? StartAge(open) : null;
        using var rest = PeriodicCheck.Start(
            time, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, "what is left of a connection", open.Calls.ScheduleAgain, failures);
        using var closed = connection.ConnectionClosed.UnsafeRegister(
            static rest => ((ITimer)rest!).Change(TimeToEnd, BetweenLooksAtRest), rest);
        try
        {
            await next(connection);
        }
        finally
        {
            cutter.Remove(open);
            Leave();
        }
    }

    private void Leave()
    {
        Interlocked.Decrement(ref _count);
        CloseIfLast();
    }

    private void CloseIfLast()
    {
        if (_isEnding && Volatile.Read(ref _count) == 0)
        {
            _allClosed.TrySetResult();
        }
    }

    private ITimer StartAge(OpenConnection connection)
    {
        var age = limits.Value.ConnectionAgeMs * (1 - Jitter + (2 * Jitter * Random.Shared.NextDouble()));
        // Evaluate and Calibrate, which cannot move, may go on for as long again.
        var grace = TimeSpan.FromMilliseconds(limits.Value.ConnectionAgeMs * (1 + Jitter)) + TimeSpan.FromMilliseconds(drain.Value.TimeoutMs);
        return PeriodicCheck.Start(
            time,
            TimeSpan.FromMilliseconds(age),
            grace,
            "the age of a connection",
            () =>
            {
                if (connection.Ending.IsCancellationRequested)
                {
                    // Kestrel lets a client that was asked to go make more calls for as long as one of its calls is open.
                    connection.Close("the connection is older than Scoring:Limits:ConnectionAgeMs, and its client was asked to end it");
                }

                connection.End();
            },
            failures);
    }
}
