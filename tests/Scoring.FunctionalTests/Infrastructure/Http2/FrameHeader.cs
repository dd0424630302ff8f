using System.Buffers.Binary;

namespace Scoring.FunctionalTests.Infrastructure.Http2;

/// <summary>What each HTTP/2 frame begins with (RFC 9113, section 4.1).</summary>
/// <param name="Length">Bytes of the frame after its header.</param>
/// <param name="Type">What the frame is.</param>
/// <param name="Flags">Bits whose meaning depends on the type; <see cref="Frame"/> has those that matter here.</param>
/// <param name="Stream">0 for the connection itself.</param>
internal readonly record struct FrameHeader(int Length, FrameType Type, byte Flags, int Stream)
{
    public const int Size = 9;

    public bool Has(byte flag) => (Flags & flag) != 0;

    public static FrameHeader Read(ReadOnlySpan<byte> bytes)
    {
        var lengthAndType = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var stream = BinaryPrimitives.ReadInt32BigEndian(bytes[5..]) & int.MaxValue;
        return new FrameHeader((int)(lengthAndType >> 8), (FrameType)(byte)lengthAndType, bytes[4], stream);
    }

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ((uint)Length << 8) | (byte)Type);
        bytes[4] = Flags;
        BinaryPrimitives.WriteInt32BigEndian(bytes[5..], Stream);
    }
}
