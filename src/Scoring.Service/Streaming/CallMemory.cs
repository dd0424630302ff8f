using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Scoring.Service.Calls;
using Scoring.Service.Memory;
using Scoring.Service.Settings;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>
/// What memory there is for one call: its connection's and the server's. A message counts from its first bytes on, and what the call holds until the
/// transport has taken its answers.
/// </summary>
/// <param name="server">What all calls have.</param>
/// <param name="connection">What the connection's calls have.</param>
/// <param name="waits">Whether the call waits where it finds no room; it is refused otherwise.</param>
internal sealed class CallMemory(ServerMemory server, ConnectionMemory connection, bool waits) : IDisposable
{
    private long _unfinished;
    private long _held;
    private long _answers;

    /// <summary>What the call has of the reserve: its little messages pass where larger ones have taken all room.</summary>
    private long _passed;
    private volatile bool _isBegun;
    private StreamWatches? _watches;
    private HttpContext? _http;

    /// <summary>That of a call.</summary>
    public static CallMemory Of(HttpContext http) => RequestBody.CountedOf(http)?.Memory ?? http.Features.GetRequiredFeature<CallMemory>();

    /// <summary>
    /// What the memory is for, which goes with it: the message that was read until somebody takes it over, and of a call of one message its batch,
    /// which has little time for more than one thing to be done at its end.
    /// </summary>
    public IDisposable? Content { get; set; }

    /// <summary>What is told of what the call waits for; null where nothing is.</summary>
    public StreamWatch? Watch { get; set; }

    /// <summary>Where its messages are scored that take long; null where none is to.</summary>
    public CallTurns? Turns { get; init; }

    /// <summary>A call whose message is not whole yet has its room.</summary>
    public bool HasRoom => IsReserved || (server.HasRoom && connection.HasRoom);

    /// <summary>The most that one message is to reserve: what may become of it is not known before, and two at a time are to find room.</summary>
    public long MostReserved => Math.Min(server.Unfinished.Limit, connection.Unfinished.Limit) / 2;

    /// <summary>Whether the call keeps room for a message of which more is to come.</summary>
    public bool IsReserved => Volatile.Read(ref _unfinished) > 0;

    /// <summary>Whether the call keeps memory, for a message of which more is to come or for one that is whole.</summary>
    public bool IsKept => IsReserved || _isBegun || Volatile.Read(ref _held) > 0 || Volatile.Read(ref _passed) > 0;

    /// <summary>Whether the call waits where it finds no room; it is refused otherwise.</summary>
    public bool Waits => waits;

    /// <summary>Has a call of one message watched once it keeps much memory, which most never do.</summary>
    public void WatchLater(StreamWatches watches, HttpContext http) => (_watches, _http) = (watches, http);

    /// <summary>
    /// A good part of the message of a call that does not wait is here, or is to come. The call keeps what it has of it until its client ends its
    /// side, also where the message is whole.
    /// </summary>
    public void Keep()
    {
        _isBegun = true;
        Watch ??= _watches?.Create(_http!, this, isStream: false);
    }

    /// <summary>What a unary call is told that finds no room for its message; null where there is some, or the call has its own.</summary>
    public Error? Admit(long bytes)
    {
        if (IsReserved)
        {
            return null;
        }

        return !server.HasRoom && !TryPass(bytes) ? server.Refusal() : !connection.HasRoom ? connection.Refusal() : null;
    }

    /// <summary>What a unary call is told that found no room for so much.</summary>
    public Error Refusal(long bytes)
    {
        if (!server.HasRoom)
        {
            return server.Refusal();
        }

        if (!connection.HasRoom || !connection.Unfinished.TryReserve(bytes))
        {
            return connection.Refusal();
        }

        connection.ReleaseUnfinished(bytes);
        return server.Refusal();
    }

    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => TryEnter() ? default : WaitAsync(cancellationToken);

    /// <summary>Has so many bytes pass in the reserve for messages that are small beside others, until all is given back.</summary>
    public bool TryPass(long bytes)
    {
        if (bytes <= _passed)
        {
            return true;
        }

        if (!server.Unfinished.TryReserve(bytes))
        {
            return false;
        }

        EndPass();
        _passed = bytes;
        return true;
    }

    /// <summary>Takes room for a message that is not whole yet, if there is some.</summary>
    public bool TryReserve(long bytes)
    {
        if (!connection.Unfinished.TryReserve(bytes))
        {
            return false;
        }

        if (!server.Unfinished.TryReserve(bytes))
        {
            connection.ReleaseUnfinished(bytes);
            return false;
        }

        _unfinished = bytes;
        return true;
    }

    /// <summary>Takes room for a message that is not whole yet, and waits for it if need be.</summary>
    /// <exception cref="RpcException">The call may not wait.</exception>
    public async ValueTask ReserveAsync(long bytes, CancellationToken cancellationToken)
    {
        if (!waits)
        {
            throw CallStatus.Refusal(Refusal(bytes));
        }

        BeginWait();
        try
        {
            await connection.Unfinished.ReserveAsync(bytes, cancellationToken);
            try
            {
                await server.Unfinished.ReserveAsync(bytes, cancellationToken);
            }
            catch
            {
                connection.ReleaseUnfinished(bytes);
                throw;
            }

            _unfinished = bytes;
        }
        finally
        {
            EndWait();
        }
    }

    /// <summary>Gives the room of the unfinished message back: it is whole, and in memory that counts by itself, or will never be.</summary>
    public void ReleaseUnfinished()
    {
        if (_unfinished > 0)
        {
            connection.ReleaseUnfinished(_unfinished);
            server.ReleaseUnfinished(_unfinished);
            _unfinished = 0;
        }
    }

    /// <summary>Holds so many bytes of logits and targets, until they are given back.</summary>
    public void Hold(long bytes)
    {
        _held += bytes;
        connection.Hold(bytes);
    }

    /// <summary>
    /// Takes room for what the answers to large messages will take, until all is given back. Who waits for it holds what others wait for, but never
    /// the other way round.
    /// </summary>
    public async ValueTask HoldAnswersAsync(long bytes, CancellationToken cancellationToken)
    {
        await server.Answers.ReserveAsync(bytes, cancellationToken);
        _answers = bytes;
    }

    /// <summary>Takes room for what the answers to a large message will take, if there is some; what the call is told where there is none.</summary>
    public Error? TryHoldAnswers(long bytes)
    {
        if (!server.Answers.TryReserve(bytes))
        {
            return server.RefusalOfAnswer();
        }

        _answers = bytes;
        return null;
    }

    /// <summary>
    /// Takes room for an answer in memory that is not pooled, where it may be more than the transport takes without waiting for its client. The call
    /// is watched from then on: whoever does not read keeps others waiting.
    /// </summary>
    public async ValueTask HoldUnpooledAnswerAsync(long bytes, CancellationToken cancellationToken)
    {
        if (bytes <= LimitSettings.ResponseBufferBytes)
        {
            return;
        }

        Keep();
        Watch?.HasMessage();
        // What was held to score is in what is held now.
        ReleaseAnswers();
        await HoldAnswersAsync(bytes, cancellationToken);
        Watch?.WaitsForReader();
    }

    /// <summary>Gives back what is held for messages that are answered.</summary>
    public void Release()
    {
        if (_held > 0)
        {
            connection.Release(_held);
            _held = 0;
        }

        ReleaseAnswers();
        EndPass();
    }

    /// <summary>Gives back what is held for answers.</summary>
    public void ReleaseAnswers()
    {
        if (Volatile.Read(ref _answers) > 0 && Interlocked.Exchange(ref _answers, 0) is > 0 and var answers)
        {
            server.Answers.Release(answers);
        }
    }

    /// <summary>May be called again: what ends early gives its memory back before its client has ended it.</summary>
    public void Dispose()
    {
        var content = Content;
        Content = null;
        content?.Dispose();
        ReleaseUnfinished();
        Release();
        if (_watches is not null)
        {
            Watch?.Dispose();
        }
    }

    private async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        BeginWait();
        try
        {
            while (!TryEnter())
            {
                await connection.WaitForRoomAsync(cancellationToken);
                await server.WaitForRoomAsync(cancellationToken);
            }
        }
        finally
        {
            EndWait();
        }
    }

    private bool TryEnter() => IsReserved || (connection.HasRoom && (server.HasRoom || TryPass(server.PassBytes)));

    private void EndPass()
    {
        if (_passed > 0)
        {
            server.ReleaseUnfinished(_passed);
            _passed = 0;
        }
    }

    private void BeginWait()
    {
        if (!connection.TryBeginWait())
        {
            throw CallStatus.Refusal(ScoringErrors.Full(
                "the server has no memory for more messages now, and as many calls of this connection wait as may; send again what was not answered",
                ServerMemory.RetryAfterMs));
        }

        Watch?.Rests();
    }

    private void EndWait()
    {
        Watch?.WaitsForMessage();
        connection.EndWait();
    }
}
