using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Scoring.Protocol;
using Scoring.Service.Calls;

namespace Scoring.Service.Streaming;

/// <summary>
/// Writes the answers of one stream into the pipe that the transport empties, in gRPC's framing. The pipe is asked for memory once for many answers,
/// because each time it takes a lock.
/// </summary>
internal sealed class ResponseFrames(PipeWriter body, IMessageCodec codec) : IBufferWriter<byte>
{
    /// <summary>Memory of the pipe's, of which <see cref="_written"/> bytes are written and not told it yet.</summary>
    private Memory<byte> _memory;
    private int _written;

    /// <summary>How often the pipe was told, which then has what was written for good.</summary>
    private int _commits;

    /// <summary>Bytes written since the last flush.</summary>
    public int UnflushedBytes { get; private set; }

    /// <summary>Writes an answer whole, or nothing of it where that fails.</summary>
    /// <exception cref="IOException">The call has come to its end.</exception>
    /// <exception cref="RpcException">It failed when the pipe had a part of the answer already, so that the stream can have no other.</exception>
    public void Write(PooledScoreResponse response)
    {
        var size = codec.Size(response);
        FrameHeader.Write(GetSpan(FrameHeader.Bytes), size);
        var (start, commits) = (_written, _commits);
        try
        {
            Advance(FrameHeader.Bytes);
            codec.Write(response, this);
        }
        catch (Exception exception) when (exception is not IOException)
        {
            if (_commits != commits)
            {
                throw new RpcException(new Status(StatusCode.Internal, "the service failed in the middle of an answer", exception));
            }

            _written = start;
            throw;
        }

        UnflushedBytes += FrameHeader.Bytes + size;
    }

    /// <summary>Sends what was written; waits while the client does not read.</summary>
    /// <exception cref="IOException">The call has come to its end.</exception>
    public ValueTask<FlushResult> FlushAsync()
    {
        Commit();
        UnflushedBytes = 0;
        try
        {
            return body.FlushAsync();
        }
        catch (InvalidOperationException over)
        {
            throw IsOver(over);
        }
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_memory.Length - _written < Math.Max(sizeHint, 1))
        {
            Commit();
            try
            {
                _memory = body.GetMemory(sizeHint);
            }
            catch (InvalidOperationException over)
            {
                throw IsOver(over);
            }
        }

        return _memory[_written..];
    }

    public void Advance(int count) => _written += count;

    private void Commit()
    {
        if (_written > 0)
        {
            try
            {
                body.Advance(_written);
            }
            catch (InvalidOperationException over)
            {
                throw IsOver(over);
            }
        }

        _memory = default;
        _written = 0;
        _commits++;
    }

    /// <summary>Whoever watches the call's deadline ends it at any time, and tells the stream a little later.</summary>
    private static IOException IsOver(InvalidOperationException over) => new("the call has come to its end", over);
}
