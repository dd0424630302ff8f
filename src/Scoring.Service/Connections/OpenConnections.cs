using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
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
    IOptions<LimitSettings> limits, IOptions<DrainSettings> drain, LargeBlockMemoryPool blocks, HeldMemory held, TimeProvider time,
    ScoringMetrics metrics, FailureLog failures)
{
    /// <summary>A connection's age is up to so much more or less, at random: those that were made together do not end together.</summary>
    private const double Jitter = 0.1;

    /// <summary>There may be fewer calls than at the last look, and more in each of them.</summary>
    private static readonly TimeSpan BetweenLooksAtCalls = TimeSpan.FromSeconds(0.1);

    private readonly ConcurrentDictionary<OpenConnection, bool> _open = new();
    private readonly TaskCompletionSource _allClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private int _cutting;
    private int _lookingAtCalls;

    /// <summary>Calls of all connections, some of which may have ended since they were counted.</summary>
    private int _calls;

    /// <summary>So many calls are worth a look at what they hold, however short a time ago there was one.</summary>
    private int _nextLookAtCalls;
    private long _lastLookAtCalls;
    private volatile bool _isEnding;

    /// <summary>How many calls there may be.</summary>
    public int Calls => Volatile.Read(ref _calls);

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
        var isFull = Interlocked.Increment(ref _count) > limits.Value.Connections;
        if (isFull || held.Bytes > held.Limit)
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
        connection.Features.Set<IMemoryPoolFeature>(new ConnectionBlocks(blocks, open.Memory, () => Check(open)));
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
            Interlocked.Add(ref _calls, -open.Calls.Clear());
            Leave();
        }
    }

    /// <summary>
    /// Where too much is held, has connections cut. Those that have most of it are looked for on another thread, which may have to wait for its turn
    /// where many connections are busy; so the one that has just grown is cut at once if it has more than its share.
    /// </summary>
    /// <param name="grown">The connection that has more than before; null where it is no connection's.</param>
    public void Check(OpenConnection? grown = null)
    {
        if (held.Bytes <= held.Limit)
        {
            return;
        }

        if (Interlocked.Exchange(ref _cutting, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => CutForBytes(), state: null);
        }

        if (grown is { IsCut: false } && grown.Memory.Excess is var bytes && bytes > held.Limit / Math.Max(1, Volatile.Read(ref _count)))
        {
            Cut(grown, bytes, bytes => failures.ConnectionCut(bytes, held.Limit));
        }
    }

    /// <summary>Counts a call that begins, and its headers; how many calls there may be now.</summary>
    public int Count(ConnectionCalls calls, IHttp2StreamIdFeature stream, out int headers) =>
        Interlocked.Add(ref _calls, calls.Add(stream, out headers));

    /// <summary>Where calls hold too much of their own, has connections cut. Not at each call, since it is a look at all connections.</summary>
    /// <param name="free">Up to so many calls hold nothing worth a look.</param>
    public void LookAtCalls(int free)
    {
        // At once: others may wait for their turn on the pool for as long as it has such calls to begin.
        var isDue = Calls >= Volatile.Read(ref _nextLookAtCalls)
            || time.GetElapsedTime(Volatile.Read(ref _lastLookAtCalls)) >= BetweenLooksAtCalls;
        if (isDue && Interlocked.Exchange(ref _lookingAtCalls, 1) == 0)
        {
            PeriodicCheck.Try("connections for whose calls too much is held", () => CutForCalls(free), failures);
            Volatile.Write(ref _lookingAtCalls, 0);
        }
    }

    private void CutForCalls(int free)
    {
        var calls = Interlocked.Add(ref _calls, _open.Keys.Sum(connection => connection.Calls.CountAgain()));
        Volatile.Write(ref _nextLookAtCalls, Math.Max(free, calls + (calls / 16)));
        Volatile.Write(ref _lastLookAtCalls, time.GetTimestamp());
        var over = _open.Keys.Sum(connection => connection.Calls.Bytes) - held.CallLimit;
        Cut(over, static connection => connection.Calls.Bytes, bytes => failures.CallsCut(bytes, held.CallLimit));
    }

    private void CutForBytes()
    {
        PeriodicCheck.Try(
            "connections for which too much is held",
            () => Cut(held.Bytes - held.Limit, static connection => connection.Memory.Excess, bytes => failures.ConnectionCut(bytes, held.Limit)),
            failures);
        Volatile.Write(ref _cutting, 0);
    }

    /// <summary>
    /// Cuts those that have most of something, until the rest is within its limit. Whoever holds most loses a connection first, the one with most
    /// of it: many small ones do not outlast somebody else's only one.
    /// </summary>
    private void Cut(long over, Func<OpenConnection, long> bytesOf, Action<long> tell)
    {
        // What was cut is on its way out.
        over -= _open.Keys.Where(connection => connection.IsCut).Sum(bytesOf);
        var others = _open.Keys.Where(connection => !connection.IsCut).Select(connection => (connection, Bytes: bytesOf(connection)))
            .Where(held => held.Bytes > 0);
        var holders = new PriorityQueue<Queue<(OpenConnection, long)>, long>(
            others.GroupBy(held => held.connection.Holder).Select(
                theirs => (new Queue<(OpenConnection, long)>(theirs.OrderByDescending(held => held.Bytes)), -theirs.Sum(held => held.Bytes))));
        while (over > 0 && holders.TryDequeue(out var connections, out var total))
        {
            var (connection, bytes) = connections.Dequeue();
            over -= bytes;
            Cut(connection, bytes, tell);
            if (connections.Count > 0)
            {
                holders.Enqueue(connections, total + bytes);
            }
        }
    }

    private void Cut(OpenConnection connection, long bytes, Action<long> tell)
    {
        if (!connection.TryCut("the server holds more than it may, and most of it for this connection or its caller"))
        {
            return;
        }

        metrics.ConnectionCut();
        // In a line of nobody's: who looks may be a call of another connection.
        ThreadPool.UnsafeQueueUserWorkItem(_ => tell(bytes), state: null);
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
