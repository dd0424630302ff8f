using Scoring.Service.Hosting;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>Keeps the messages of one connection's calls within <see cref="LimitSettings.ConnectionBytes"/>, so that one client cannot take all of the server's memory.</summary>
internal sealed class ConnectionMemory
{
    private readonly long _limit;
    private readonly RoomGate _gate;
    private long _held;

    public ConnectionMemory(long limit)
    {
        _limit = limit;
        _gate = new RoomGate(() => HasRoom);
    }

    public bool HasRoom => Volatile.Read(ref _held) < _limit;

    /// <summary>What a unary call that found no room is told.</summary>
    public Error Refusal() => ScoringErrors.Exhausted(
        $"the messages in flight on this connection hold {Volatile.Read(ref _held)} bytes; the limit Scoring:Limits:{nameof(LimitSettings.ConnectionBytes)} is {_limit}",
        ServerMemory.RetryAfterMs);

    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => HasRoom ? default : _gate.WaitAsync(cancellationToken);

    public void Hold(long bytes) => Interlocked.Add(ref _held, bytes);

    public void Release(long bytes)
    {
        Interlocked.Add(ref _held, -bytes);
        _gate.Look();
    }
}
