using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service.Hosting;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>
/// Keeps the messages of all calls within <see cref="LimitSettings.ServerBytes"/>: a stream asks here before it reads another
/// message, and waits while there is no room. Every message read before that is answered all the same.
/// </summary>
internal sealed class ServerMemory
{
    /// <summary>How long a unary call that found no room is told to wait, in milliseconds.</summary>
    public const uint RetryAfterMs = 100;

    private readonly MessagePool _pool;
    private readonly long _limit;
    private readonly RoomGate _gate;

    public ServerMemory(MessagePool pool, IOptions<LimitSettings> limits)
    {
        _pool = pool;
        _limit = limits.Value.ServerBytes;
        _gate = new RoomGate(() => HasRoom);
        pool.Buffers.Returned = _gate.Look;
    }

    public bool HasRoom => _pool.Buffers.RentedBytes < _limit;

    /// <summary>What a unary call that found no room is told.</summary>
    public Error Refusal() => ScoringErrors.Exhausted($"the messages in flight hold {_pool.Buffers.RentedBytes} bytes; the limit is {_limit}", RetryAfterMs);

    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => HasRoom ? default : _gate.WaitAsync(cancellationToken);
}
