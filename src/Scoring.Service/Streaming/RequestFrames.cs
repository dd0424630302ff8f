using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Scoring.Protocol;
using Scoring.Protocol.Wire;
using Scoring.Service.Calls;

namespace Scoring.Service.Streaming;

/// <summary>
/// The messages of one stream, straight from the pipe that the transport fills: each with its <see cref="FrameHeader"/>.
/// </summary>
/// <remarks>
/// gRPC's own reader hands out one message for each asynchronous read; here a look at what has arrived yields all of it, and nothing is under way
/// while a batch is answered.
/// </remarks>
internal sealed class RequestFrames(
    PipeReader body, MessagePool pool, IMessageCodec codec, MessageCompression messageCompression, int maxMessageBytes)
{
    /// <summary>What has arrived and is not taken yet, while <see cref="_isHolding"/>. The memory is the pipe's.</summary>
    private ReadOnlySequence<byte> _arrived;
    private bool _isHolding;
    private bool _isLast;

    /// <summary>Whether a message was taken since the last wait.</summary>
    private bool _hasTaken;

    /// <summary>Waits for bytes to arrive; false at the end of the stream.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        Hold(await body.ReadAsync(cancellationToken));
        _hasTaken = false;
        if (!_arrived.IsEmpty || !_isLast)
        {
            return true;
        }

        Pause();
        return false;
    }

    /// <summary>The next message that has arrived whole, which is the caller's from here on; null where there is none yet.</summary>
    /// <exception cref="RpcException">What has arrived is no message, or one that is over the limit.</exception>
    public PooledScoreRequest? TryTake()
    {
        while (true)
        {
            if (_isHolding)
            {
                if (_hasTaken && NeedsLookOfItsOwn())
                {
                    return null;
                }

                if (TryReadFrame(out var message, out var isCompressed))
                {
                    _hasTaken = true;
                    return Decode(isCompressed ? messageCompression.Decompress(message) : message);
                }

                if (_isLast && !_arrived.IsEmpty)
                {
                    throw new RpcException(new Status(StatusCode.Internal, "the stream ends in the middle of a message"));
                }

                LetGo(_arrived.End);
            }

            if (_isLast || !body.TryRead(out var more))
            {
                return null;
            }

            Hold(more);
        }
    }

    /// <summary>
    /// Gives what was taken back to the pipe, so that the client may send as much again; what was not is still there for the next look.
    /// </summary>
    public void Pause()
    {
        if (_isHolding)
        {
            LetGo(_arrived.Start);
        }
    }

    /// <summary>
    /// A body makes room for a compressed message, of which nobody knows how large it will be, when it is the first of what was read.
    /// </summary>
    private bool NeedsLookOfItsOwn() =>
        messageCompression.IsKnown && new SequenceReader<byte>(_arrived).TryPeek(out var compression) && compression == 1;

    private void Hold(ReadResult result)
    {
        _arrived = result.Buffer;
        _isLast = result.IsCompleted;
        _isHolding = true;
    }

    private void LetGo(SequencePosition examined)
    {
        body.AdvanceTo(_arrived.Start, examined);
        _isHolding = false;
    }

    private bool TryReadFrame(out ReadOnlySequence<byte> message, out bool isCompressed)
    {
        message = default;
        isCompressed = false;
        if (_arrived.Length < FrameHeader.Bytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[FrameHeader.Bytes];
        _arrived.Slice(0, FrameHeader.Bytes).CopyTo(header);
        var (compression, length) = FrameHeader.Read(header);
        if (compression > 1)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"a message begins with the byte {compression}, where gRPC has 0 or 1"));
        }

        if (length > maxMessageBytes)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"a message of {length} bytes; the limit is {maxMessageBytes}"));
        }

        if (_arrived.Length < FrameHeader.Bytes + length)
        {
            return false;
        }

        isCompressed = compression == 1;
        message = _arrived.Slice(FrameHeader.Bytes, length);
        _arrived = _arrived.Slice(message.End);
        return true;
    }

    private PooledScoreRequest Decode(ReadOnlySequence<byte> message)
    {
        var request = pool.RentRequest();
        try
        {
            codec.Read(message, request);
            return request;
        }
        catch (Exception exception) when (exception is MalformedMessageException or OutOfMemoryException)
        {
            request.Dispose();
            throw ScoringMethods.Malformed(exception, codec.RequestName, StatusCode.InvalidArgument);
        }
        catch (Exception exception)
        {
            // It was whole, so those after it are read all the same.
            request.Failure = exception;
            return request;
        }
    }
}
