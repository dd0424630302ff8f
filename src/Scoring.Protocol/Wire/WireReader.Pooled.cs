using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using Scoring.Protocol.Buffers;

namespace Scoring.Protocol.Wire;

/// <content>What goes straight into pooled memory.</content>
internal ref partial struct WireReader
{
    /// <summary>Appends one string of a repeated field.</summary>
    public void ReadString(PooledStrings destination)
    {
        var utf8 = destination.Append(ReadLength());
        ReadBytes(utf8);
        if (!Utf8.IsValid(utf8))
        {
            ThrowNoUtf8();
        }
    }

    /// <summary>Appends packed little-endian floats, which lie in the message as they lie in memory.</summary>
    public void ReadPackedFloats(PooledArray<float> destination)
    {
        var length = Whole(ReadPackedLength(), sizeof(float));
        var span = destination.Append(length / sizeof(float), expectedMore: 0);
        ReadBytes(MemoryMarshal.AsBytes(span));
        if (!BitConverter.IsLittleEndian)
        {
            var bits = MemoryMarshal.Cast<float, uint>(span);
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }
    }

    /// <summary>Appends one float of a repeated field that was written unpacked.</summary>
    public void ReadUnpackedFloat(PooledArray<float> destination)
    {
        var value = ReadFloat();
        destination.Append(1, expectedMore: 0)[0] = value;
    }

    /// <summary>Appends packed elements of 8 bytes, as they lie.</summary>
    public void ReadPackedFixed64(PooledArray<byte> destination)
    {
        ReadBytes(destination.Append(Whole(ReadPackedLength(), sizeof(ulong)), expectedMore: 0));
    }

    /// <summary>Appends one element of 8 bytes that was written unpacked.</summary>
    public void ReadUnpackedFixed64(PooledArray<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        ReadBytes(bytes);
        bytes.CopyTo(destination.Append(bytes.Length, expectedMore: 0));
    }

    /// <summary>Replaces what the destination holds with the field's bytes, which are floats as they lie in memory.</summary>
    public void ReadRawFloats(PooledArray<float> destination)
    {
        var length = Whole(ReadLength(), sizeof(float));
        ReadBytes(MemoryMarshal.AsBytes(destination.Allocate(length / sizeof(float))));
    }

    /// <summary>Appends packed varints of 32 bits.</summary>
    public void ReadPackedUInt32(PooledArray<uint> destination)
    {
        var length = ReadPackedLength();
        var end = _reader.Remaining - length;
        while (_reader.Remaining > end)
        {
            // A varint takes at least a byte, so the bytes left bound the elements left.
            var value = (uint)ReadVarint();
            destination.Append(1, expectedMore: (int)Math.Max(_reader.Remaining - end, 0))[0] = value;
        }

        if (_reader.Remaining < end)
        {
            Throw("packed integers do not end with their field");
        }
    }

    /// <summary>Appends one integer of a repeated field that was written unpacked.</summary>
    public void ReadUnpackedUInt32(PooledArray<uint> destination)
    {
        var value = (uint)ReadVarint();
        destination.Append(1, expectedMore: 0)[0] = value;
    }

    /// <summary>Replaces what the destination holds with the field's bytes.</summary>
    public void ReadBytes(PooledArray<byte> destination)
    {
        var length = ReadLength();
        ReadBytes(destination.Allocate(length));
    }

    private readonly int Whole(int length, int elementBytes)
    {
        if (length % elementBytes != 0)
        {
            Throw($"a field of {length} bytes does not end on a whole element of {elementBytes}");
        }

        return length;
    }
}
