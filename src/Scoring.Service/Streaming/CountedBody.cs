using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Scoring.Protocol;
using Scoring.Service.Calls;

namespace Scoring.Service.Streaming;

/// <summary>
/// The body of a gRPC call, of which a large message comes only as far as its HTTP/2 window until there is room for it. To look at all bytes of a
/// message that is not whole is to ask its client for more of them; here that is put off until the message has its room, which its first five bytes
/// tell.
/// </summary>
/// <param name="body">The transport's.</param>
/// <param name="memory">The call's.</param>
/// <param name="maxMessageBytes">A longer message gets no room: whoever reads the body refuses it.</param>
/// <param name="keeps">
/// Whether a message needs its room until the next one is asked for. Otherwise it is taken over, before it is passed, into memory that counts by
/// itself.
/// </param>
/// <param name="unpacks">
/// Whether messages may be compressed. One that is needs room for what may be made of it, which is far more than its bytes.
/// </param>
internal sealed class CountedBody(PipeReader body, CallMemory memory, int maxMessageBytes, bool keeps, bool unpacks) : PipeReader
{
    /// <summary>
    /// Up to here a message is not counted before it is whole: any stream with a byte in it holds a block of the transport of this size.
    /// </summary>
    public const int FreeBytes = 64 << 10;

    /// <summary>The room that the message at the beginning has; 0 where it needs none, or has none yet.</summary>
    private long _room;

    /// <summary>The room that it is to have before more of it may come.</summary>
    private long _wanted;

    /// <summary>Whether the room is that of a message which was passed.</summary>
    private bool _isPassed;

    public CallMemory Memory => memory;

    /// <summary>Whether the end of the body was seen. It may have come all the same: not every look at it is one that would tell.</summary>
    public bool HasEnded { get; private set; }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_wanted > 0 || _isPassed || unpacks || memory.IsKept)
        {
            return ReadOnAsync(cancellationToken);
        }

        var read = body.ReadAsync(cancellationToken);
        if (memory.Waits || !read.IsCompletedSuccessfully)
        {
            return read;
        }

        var result = read.Result;
        HasEnded = result.IsCompleted;
        return new ValueTask<ReadResult>(result);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (_wanted > 0)
        {
            result = default;
            return false;
        }

        if (!body.TryRead(out result))
        {
            return false;
        }

        if (unpacks && (RoomToUnpack(result.Buffer) > _room || (memory.Turns is { } turns && turns.AreNeeded(IsLong(result.Buffer)))))
        {
            // It is read again at its turn.
            body.AdvanceTo(result.Buffer.Start);
            result = default;
            return false;
        }

        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (MessageHandoff.Take() is { } message)
        {
            memory.Content = message;
        }

        var needed = Unfinished(consumed, examined);
        if (needed != _room)
        {
            if (needed == 0 && keeps)
            {
                _isPassed = true;
            }
            else
            {
                Release();
                if (needed > 0 && !TryTakeRoom(needed))
                {
                    _wanted = needed;
                    examined = consumed;
                }
            }
        }

        // Most messages are small, and then nobody needs to know what becomes of the call.
        if (!memory.Waits && (needed > 0 || Offset(examined) > FreeBytes))
        {
            memory.Keep();
        }

        body.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => body.CancelPendingRead();

    public override void Complete(Exception? exception = null) => body.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => body.CompleteAsync(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ReadOnAsync(CancellationToken cancellationToken)
    {
        if (_isPassed)
        {
            Release();
        }

        if (_wanted > 0)
        {
            await memory.ReserveAsync(_wanted, cancellationToken);
            (_room, _wanted) = (_wanted, 0);
        }

        // Bytes that were not looked at to their end are there at once. gRPC waits for the end of a call that is no stream for as long as it takes to
        // come.
        var read = memory is { Waits: false, Watch: { } watch }
            ? await watch.ReadAsync(body, cancellationToken)
            : await body.ReadAsync(cancellationToken);
        if (!IsLong(read.Buffer))
        {
            return read;
        }

        try
        {
            // It is not its client who is waited for.
            memory.Watch?.Rests();
            // What is done with the message is done at its turn, from here on. A compressed one has its room from then on: so few are at their turn
            // at a time that each finds some, and one that waits for its turn keeps none.
            var turns = memory.Turns;
            if (turns is not null)
            {
                await turns.Next(cancellationToken);
            }

            if (unpacks && RoomToUnpack(read.Buffer) is var needed && needed > _room)
            {
                Release();
                if (!TryTakeRoom(needed))
                {
                    await memory.ReserveAsync(needed, cancellationToken);
                    _room = needed;
                    memory.Watch?.Rests();
                    if (turns is not null)
                    {
                        await turns.Next(cancellationToken);
                    }
                }
            }
        }
        catch
        {
            body.AdvanceTo(read.Buffer.Start);
            throw;
        }

        // A call of one message that is whole still waits for its client's end.
        memory.Watch?.WaitsForMessage();
        return read;
    }

    /// <summary>Whether the message is whole that the bytes begin with, and takes long.</summary>
    private bool IsLong(ReadOnlySequence<byte> bytes) =>
        TryReadHeader(bytes, out var compression, out var length)
        && bytes.Length >= FrameHeader.Bytes + length
        && (compression == 1 || length > LongMessages.Bytes);

    private bool TryTakeRoom(long bytes)
    {
        if (!memory.TryReserve(bytes))
        {
            return false;
        }

        _room = bytes;
        return true;
    }

    private void Release()
    {
        memory.ReleaseUnfinished();
        (_room, _isPassed) = (0, false);
    }

    /// <summary>The length of the message that the bytes begin with, where it is large and not whole.</summary>
    private long Unfinished(SequencePosition start, SequencePosition end)
    {
        if (start.Equals(end))
        {
            return 0;
        }

        var bytes = Between(start, end);
        return TryReadHeader(bytes, out _, out var length) && length > FreeBytes && bytes.Length < FrameHeader.Bytes + length ? length : 0;
    }

    /// <summary>The room that the message needs which the bytes begin with, where it is whole and compressed; 0 where it needs none.</summary>
    private long RoomToUnpack(ReadOnlySequence<byte> bytes)
    {
        if (!TryReadHeader(bytes, out var compression, out var length) || compression != 1 || bytes.Length < FrameHeader.Bytes + length)
        {
            return 0;
        }

        var room = Math.Min(MessageCompression.RoomToUnpack(length, maxMessageBytes), memory.MostReserved);
        return room > FreeBytes ? room : 0;
    }

    /// <summary>False where the header is not here yet, or tells of a message that is over the limit.</summary>
    private bool TryReadHeader(ReadOnlySequence<byte> bytes, out byte compression, out long length)
    {
        (compression, length) = (0, 0);
        if (bytes.Length < FrameHeader.Bytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[FrameHeader.Bytes];
        bytes.Slice(0, FrameHeader.Bytes).CopyTo(header);
        (compression, length) = FrameHeader.Read(header);
        return length <= maxMessageBytes;
    }

    /// <summary>How far into what the pipe has had without a break: the first message of a call begins at 0.</summary>
    private static long Offset(SequencePosition position) =>
        (position.GetObject() is ReadOnlySequenceSegment<byte> segment ? segment.RunningIndex : 0) + position.GetInteger();

    /// <summary>Positions of a pipe are in its segments.</summary>
    private static ReadOnlySequence<byte> Between(SequencePosition start, SequencePosition end) =>
        start.GetObject() is ReadOnlySequenceSegment<byte> first && end.GetObject() is ReadOnlySequenceSegment<byte> last
            ? new ReadOnlySequence<byte>(first, start.GetInteger(), last, end.GetInteger())
            : default;
}
