using System.Collections.Concurrent;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Scoring.Service.Memory;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Connections;

/// <summary>
/// Cuts connections where more is held than may be, those that hold most of it first. It looks at them on a thread of its own: on the pool's its turn
/// would come after all the calls that wait for theirs, each of which holds more by then. The thread is there from the start, because a thread may be
/// what there is no more room for later.
/// </summary>
internal sealed class ConnectionCutter : IDisposable
{
    /// <summary>Where there is much, another look is due after so long at the latest: the same calls may hold more by then.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(0.1);

    private readonly ConcurrentDictionary<OpenConnection, bool> _open = new();

    /// <summary>Set where a look is due. One that is asked for during a look follows it.</summary>
    private readonly AutoResetEvent _isDue = new(false);
    private readonly HeldMemory _held;
    private readonly ScoringMetrics _metrics;
    private readonly FailureLog _failures;
    private readonly Thread _thread;
    private volatile bool _isDisposed;

    /// <summary>Calls of all connections, some of which may have ended since they were counted.</summary>
    private int _calls;

    /// <summary>So many calls are worth a look at what they hold; 0 where there were few at the last one.</summary>
    private int _nextLookAtCalls;

    public ConnectionCutter(HeldMemory held, ScoringMetrics metrics, FailureLog failures)
    {
        (_held, _metrics, _failures) = (held, metrics, failures);
        _thread = new Thread(Look) { IsBackground = true, Name = "scoring connections" };
        _thread.Start();
    }

    /// <summary>Those that are open.</summary>
    public IEnumerable<OpenConnection> Connections => _open.Keys;

    /// <summary>How many calls there may be.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Whether there were few calls at the last look.</summary>
    public bool HasFewCalls => Volatile.Read(ref _nextLookAtCalls) == 0;

    /// <summary>Whether more is held than may be.</summary>
    public bool IsOver => _held.Bytes > _held.Limit;

    /// <summary>Calls that need no look: as many as could have the longest headers there are within half of what calls may hold.</summary>
    private long FreeCalls => _held.CallLimit / 2 / (OpenCalls.BytesOfCall + (OpenCalls.MostHeaders * sizeof(char)));

    public void Add(OpenConnection connection) => _open[connection] = true;

    public void Remove(OpenConnection connection)
    {
        _open.TryRemove(connection, out _);
        Interlocked.Add(ref _calls, -connection.Calls.Clear());
    }

    /// <summary>Has a look taken where too much is held; called where more is held than before.</summary>
    public void Check()
    {
        if (IsOver)
        {
            _isDue.Set();
        }
    }

    /// <summary>
    /// Counts a call that begins, and has a look taken where there are many more than at the last one, since it is a look at all connections.
    /// </summary>
    /// <param name="calls">Those of its connection.</param>
    /// <param name="stream">The call.</param>
    /// <param name="headers">The size of its headers.</param>
    public void Count(ConnectionCalls calls, IHttp2StreamIdFeature stream, out int headers)
    {
        var count = Interlocked.Add(ref _calls, calls.Add(stream, out headers));
        if (count > FreeCalls && count >= Volatile.Read(ref _nextLookAtCalls))
        {
            _isDue.Set();
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        _isDue.Set();
        _thread.Join();
        _isDue.Dispose();
    }

    private void Look()
    {
        while (true)
        {
            _isDue.WaitOne(IsOver || !HasFewCalls ? BetweenLooks : Timeout.InfiniteTimeSpan);
            if (_isDisposed)
            {
                return;
            }

            PeriodicCheck.Try("connections for which too much is held", CutForBytes, _failures);
            PeriodicCheck.Try("connections for whose calls too much is held", CutForCalls, _failures);
        }
    }

    private void CutForBytes()
    {
        if (IsOver)
        {
            Cut(
                _held.Bytes - _held.Limit,
                static connection => connection.Memory.Excess,
                bytes => _failures.ConnectionCut(bytes, _held.Limit));
        }
    }

    private void CutForCalls()
    {
        if (Calls <= FreeCalls)
        {
            // Those of a burst that is over are no measure of the next one.
            Volatile.Write(ref _nextLookAtCalls, 0);
            return;
        }

        var calls = Interlocked.Add(ref _calls, _open.Keys.Sum(connection => connection.Calls.CountAgain()));
        Volatile.Write(ref _nextLookAtCalls, calls + (calls / 16));
        Cut(
            _open.Keys.Sum(connection => connection.Calls.Bytes) - _held.CallLimit,
            static connection => connection.Calls.Bytes,
            bytes => _failures.CallsCut(bytes, _held.CallLimit));
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
            connection.Cut("the server holds more than it may, and most of it for this connection or its caller");
            _metrics.ConnectionCut();
            tell(bytes);
            if (connections.Count > 0)
            {
                holders.Enqueue(connections, total + bytes);
            }
        }
    }
}
