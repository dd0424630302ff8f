using System.Net.Sockets;
using Scoring.FunctionalTests.Infrastructure.Http2;

namespace Scoring.Benchmarks.Service.Wire;

/// <summary>Frames that wait to be sent.</summary>
internal sealed class WireOutput
{
    private readonly byte[] _buffer = new byte[1 << 20];

    /// <summary>What waits lies from the one to the other.</summary>
    private int _start;
    private int _end;

    public bool IsEmpty => _start == _end;

    /// <summary>Whether a few frames of control and one with <paramref name="payload"/> bytes fit.</summary>
    public bool HasRoom(int payload)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        return _buffer.Length - _end > payload + 4096;
    }

    /// <summary>Bytes as they are.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>A frame, whose payload the caller fills.</summary>
    public Span<byte> Append(FrameHeader header)
    {
        header.Write(_buffer.AsSpan(_end));
        var payload = _buffer.AsSpan(_end + FrameHeader.Size, header.Length);
        _end += FrameHeader.Size + header.Length;
        return payload;
    }

    /// <summary>Where the payload of the next frame will lie: it can be filled before its header is known.</summary>
    public Span<byte> NextPayload(int atMost) => _buffer.AsSpan(_end + FrameHeader.Size, atMost);

    /// <summary>Sends what the socket takes without waiting.</summary>
    /// <returns>Whether it took anything.</returns>
    public bool Send(Socket socket)
    {
        if (IsEmpty)
        {
            return false;
        }

        var sent = socket.Send(_buffer.AsSpan(_start, _end - _start), SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            throw new SocketException((int)error);
        }

        _start += error == SocketError.Success ? sent : 0;
        return error == SocketError.Success;
    }
}
