using Scoring.Protocol.Buffers;
using Scoring.Service.Streaming;

namespace Scoring.Service.Http;

/// <summary>Bytes in pooled memory as a stream. It gives the memory back once it is read to its end.</summary>
internal sealed class PooledStream(PooledArray<byte> bytes) : ReadStream
{
    private int _position;

    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, bytes.Count - _position);
        if (count <= 0)
        {
            bytes.Release();
            return 0;
        }

        bytes.Span.Slice(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }
}
