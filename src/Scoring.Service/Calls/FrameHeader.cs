using System.Buffers.Binary;

namespace Scoring.Service.Calls;

/// <summary>The five bytes before each message: whether it is compressed, and its length. (gRPC over HTTP/2, "Length-Prefixed-Message".)</summary>
internal static class FrameHeader
{
    public const int Bytes = 5;

    /// <summary>The header of a message that is not compressed.</summary>
    public static void Write(Span<byte> header, int length)
    {
        header[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], length);
    }

    /// <summary>The first byte, which is 1 for a compressed message, and the length.</summary>
    public static (byte Compression, uint Length) Read(ReadOnlySpan<byte> header) => (header[0], BinaryPrimitives.ReadUInt32BigEndian(header[1..]));
}
