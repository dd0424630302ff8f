using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.Service.Settings;
using Scoring.V1;

namespace Scoring.Service.Memory;

/// <summary>
/// Keeps the messages of all calls within <see cref="LimitSettings.ServerBytes"/>, each from its first bytes on, and what is made for their answers
/// within as much again. A stream that finds no room waits. Every message read before that is answered all the same.
/// </summary>
internal sealed class ServerMemory
{
    /// <summary>How long a unary call that found no room is told to wait, in milliseconds.</summary>
    public const uint RetryAfterMs = 100;

    /// <summary>
    /// The share of the limit that messages which are not whole yet leave to those that came whole, and to the reserve: small messages never wait
    /// for large ones.
    /// </summary>
    private const int WholeMessageShare = 8;

    /// <summary>The share of the limit that is kept for messages which come in parts, but are small beside the others.</summary>
    private const int ReserveShare = 16;

    /// <summary>So many of the largest such messages fill the reserve.</summary>
    private const int MessagesInReserve = 16;

    /// <summary>What is made for a message of FP16, beside its own size: an answer of twice that, and the same on the wire.</summary>
    private const int AnswerBytesPerMessageByte = 4;

    /// <summary>The most that a stream reads at a time where those who have much leave no room.</summary>
    private const int MostPassed = 64 << 10;

    private readonly MessagePool _pool;
    private readonly long _limit;
    private readonly RoomGate _gate;
    private int _hasRefused;

    public ServerMemory(MessagePool pool, IOptions<LimitSettings> limits)
    {
        _pool = pool;
        _limit = limits.Value.ServerBytes;
        _gate = new RoomGate(() => HasRoom || Unfinished!.HasReserve(PassBytes));
        var reserve = _limit / ReserveShare;
        var smallLimit = reserve / MessagesInReserve;
        PassBytes = Math.Min(MostPassed, smallLimit);
        Unfinished = new Reservations(_limit - (_limit / WholeMessageShare), () => pool.Buffers.RentedBytes, reserve, smallLimit);
        Answers = new Reservations(_limit - reserve, static () => 0, reserve, AnswerBytesPerMessageByte * smallLimit);
        pool.Buffers.Returned = Check;
    }

    /// <summary>Of messages that are not whole yet, and of small ones that came while there was no room.</summary>
    public Reservations Unfinished { get; }

    /// <summary>What a stream takes of the reserve for what it has to read.</summary>
    public long PassBytes { get; }

    /// <summary>Of what is made for the answers of large messages, until it is on the wire.</summary>
    public Reservations Answers { get; }

    public bool HasRoom => Held < _limit;

    /// <summary>Whether anybody waits for what others hold.</summary>
    public bool IsWaitedFor => _gate.IsWaitedFor || Unfinished.IsWaitedFor || Answers.IsWaitedFor;

    private long Held => _pool.Buffers.RentedBytes + Unfinished.Bytes;

    /// <summary>What a unary call that found no room is told.</summary>
    public Error Refusal()
    {
        Volatile.Write(ref _hasRefused, 1);
        return ScoringErrors.Exhausted($"the messages in flight hold {Held} bytes; the limit is {_limit}", RetryAfterMs);
    }

    /// <summary>What a unary call is told for whose answer there is no room.</summary>
    public Error RefusalOfAnswer()
    {
        Volatile.Write(ref _hasRefused, 1);
        return ScoringErrors.Exhausted($"the answers in flight take {Answers.Bytes} bytes; the limit is {Answers.Limit}", RetryAfterMs);
    }

    /// <summary>Whether a call was refused since this was last asked.</summary>
    public bool TakeRefusals() => Interlocked.Exchange(ref _hasRefused, 0) != 0;

    /// <summary>Waits for room, or for the reserve to have <see cref="PassBytes"/>.</summary>
    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => HasRoom ? default : _gate.WaitAsync(cancellationToken);

    /// <summary>Gives back what was reserved.</summary>
    public void ReleaseUnfinished(long bytes)
    {
        Unfinished.Release(bytes);
        _gate.Check();
    }

    private void Check()
    {
        _gate.Check();
        Unfinished.Check();
    }
}
