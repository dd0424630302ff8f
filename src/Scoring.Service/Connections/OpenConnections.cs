using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Scoring.Service.Memory;
using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Connections;

/// <summary>
/// The connections of clients. There is a limit to them, and each has an age at which it ends, so that clients spread over servers that came later. Kestrel has no
/// such age, and its own limit counts those who look after the service as well.
/// </summary>
internal sealed class OpenConnections(
    IOptions<LimitSettings> limits, LargeBlockMemoryPool blocks, HeldMemory held, TimeProvider time, ScoringMetrics metrics, FailureLog failures)
{
    /// <summary>A connection's age is up to so much more or less, at random: those that were made together do not end together.</summary>
    private const double Jitter = 0.1;

    private readonly ConcurrentDictionary<OpenConnection, bool> _open = new();
    private readonly TaskCompletionSource _allClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private int _cutting;
    private volatile bool _isEnding;

    /// <summary>Counts the connections of an endpoint among these.</summary>
    public void Watch(ListenOptions endpoint) => endpoint.Use(next => connection => RunAsync(connection, next));

    /// <summary>Ends them all, and those that come after.</summary>
    public void End()
    {
        _isEnding = true;
        foreach (var connection in _open.Keys)
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

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (Interlocked.Increment(ref _count) > limits.Value.Connections)
        {
            Leave();
            metrics.ConnectionRefused();
            connection.Abort(new ConnectionAbortedException("there are as many connections as Scoring:Limits:Connections allows"));
            return;
        }

        using var open = new OpenConnection(connection, new ConnectionMemory(limits.Value.ConnectionBytes));
        connection.Features.Set(open);
        connection.Features.Set<IMemoryPoolFeature>(new ConnectionBlocks(blocks, open.Memory, Look));
        _open[open] = true;
        if (_isEnding)
        {
            open.End();
        }

        using var age = limits.Value.ConnectionAgeMs > 0 ? StartAge(open) : null;
        try
        {
            await next(connection);
        }
        finally
        {
            _open.TryRemove(open, out _);
            Leave();
        }
    }

    /// <summary>Where too much is held, has connections cut. Not on the thread of one of them, which is in the middle of something.</summary>
    public void Look()
    {
        if (held.Bytes > held.Limit && Interlocked.Exchange(ref _cutting, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => Looks.Try("connections for which too much is held", Cut, failures), state: null);
        }
    }

    /// <summary>Cuts those for which most is held, besides messages that have their room, until the rest is within the limit.</summary>
    private void Cut()
    {
        try
        {
            var over = held.Bytes - held.Limit - _open.Keys.Where(connection => connection.IsCut).Sum(connection => connection.Memory.Excess);
            var others = _open.Keys.Where(connection => !connection.IsCut).Select(connection => (connection, connection.Memory.Excess));
            foreach (var (connection, excess) in others.OrderByDescending(most => most.Excess))
            {
                if (over <= 0 || excess <= 0)
                {
                    break;
                }

                over -= excess;
                metrics.ConnectionCut();
                failures.ConnectionCut(excess, held.Limit);
                connection.Cut("the server holds more than it may, and most of it for this connection");
            }
        }
        finally
        {
            Volatile.Write(ref _cutting, 0);
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
        return Looks.Start(time, TimeSpan.FromMilliseconds(age), Timeout.InfiniteTimeSpan, "the age of a connection", connection.End, failures);
    }
}
