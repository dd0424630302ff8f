using Scoring.Service.Calls;
using Scoring.Service.Settings;
using Scoring.V1;

namespace Scoring.Service.Memory;

/// <summary>
/// Keeps the messages of one connection's calls within <see cref="LimitSettings.ConnectionBytes"/>, so that one client cannot take all of the
/// server's memory, and counts what the transport holds of the connection besides.
/// </summary>
internal sealed class ConnectionMemory
{
    /// <summary>
    /// Calls that may wait for room. Each keeps up to a stream's window of what its client has sent, of the
    /// <see cref="LimitSettings.StreamsPerWindow"/> that the connection
    /// has. Messages that have their room need what is left, or they would never come whole, nor give it back; and Kestrel opens the connection's
    /// window only by half of it at a time, so less than half of it may be kept.
    /// </summary>
    private const int MaxWaiting = (LimitSettings.StreamsPerWindow / 2) - 1;

    private readonly long _limit;
    private readonly RoomGate _gate;
    private long _held;
    private long _transported;
    private long _measured;
    private int _waiting;

    public ConnectionMemory(long limit)
    {
        _limit = limit;
        _gate = new RoomGate(() => HasRoom);
        Unfinished = new Reservations(limit, () => Volatile.Read(ref _held));
    }

    /// <summary>Of messages that are not whole yet.</summary>
    public Reservations Unfinished { get; }

    public bool HasRoom => Held < _limit;

    /// <summary>
    /// What is held of the connection besides messages that have their room: by the transport, in blocks of windows and of answers that wait to be
    /// read, and by what its calls measure.
    /// </summary>
    public long Excess => Transported - Held + Volatile.Read(ref _measured);

    private long Held => Volatile.Read(ref _held) + Unfinished.Bytes;

    /// <summary>What a unary call that found no room is told.</summary>
    public Error Refusal() => ScoringErrors.Exhausted(
        $"the messages in flight on this connection hold {Held} bytes; the limit Scoring:Limits:{nameof(LimitSettings.ConnectionBytes)} is {_limit}",
        ServerMemory.RetryAfterMs);

    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => HasRoom ? default : _gate.WaitAsync(cancellationToken);

    /// <summary>Called by one who is about to wait; false where there wait as many as may.</summary>
    public bool TryBeginWait()
    {
        if (Interlocked.Increment(ref _waiting) <= MaxWaiting)
        {
            return true;
        }

        EndWait();
        return false;
    }

    public void EndWait() => Interlocked.Decrement(ref _waiting);

    public void Hold(long bytes) => Interlocked.Add(ref _held, bytes);

    public void Release(long bytes)
    {
        Interlocked.Add(ref _held, -bytes);
        Check();
    }

    /// <summary>Gives back what was reserved.</summary>
    public void ReleaseUnfinished(long bytes)
    {
        Unfinished.Release(bytes);
        _gate.Check();
    }

    /// <summary>What the transport holds of the connection.</summary>
    public long Transported => Volatile.Read(ref _transported);

    /// <summary>The transport has taken a block for this connection, or given one back.</summary>
    public void Transport(long bytes) => Interlocked.Add(ref _transported, bytes);

    /// <summary>Counts so many bytes more, or fewer, of what calls hold besides.</summary>
    public void AddUnpooled(long bytes) => Interlocked.Add(ref _measured, bytes);

    private void Check()
    {
        _gate.Check();
        Unfinished.Check();
    }
}
