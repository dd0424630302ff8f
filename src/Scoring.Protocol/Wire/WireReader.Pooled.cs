using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using Scoring.Protocol.Buffers;

namespace Scoring.Protocol.Wire;

/// <content>What goes straight into pooled memory.</content>
internal ref partial struct WireReader
{
    /// <summary>Appends one string of a repeated field, unless there are enough. How many were left out: 0 or 1.</summary>
    public int ReadString(PooledStrings destination, int most)
    {
        var length = ReadLength();
        if (destination.Count >= most)
        {
            SkipString(length);
            return 1;
        }

        var utf8 = destination.Append(length);
        ReadBytes(utf8);
        if (!Utf8.IsValid(utf8))
        {
            ThrowNoUtf8();
        }

        return 0;
    }

    /// <summary>Passes over a string, having seen that it is one.</summary>
    private void SkipString(int length)
    {
        Span<byte> part = stackalloc byte[Math.Min(length, MaxPartBytes)];
        if (length > part.Length)
        {
            ReadInParts(length, part, maxCharacters: 0);
            return;
        }

        ReadBytes(part);
        if (!Utf8.IsValid(part))
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

    /// <summary>Appends packed varints of 32 bits, until there are enough. How many were left out.</summary>
    public int ReadPackedUInt32(PooledArray<uint> destination, int most = int.MaxValue)
    {
        var length = ReadPackedLength();
        var end = _reader.Remaining - length;
        var surplus = 0;
        while (_reader.Remaining > end)
        {
            var value = (uint)ReadVarint();
            if (destination.Count < most)
            {
                // A varint takes at least a byte, so the bytes left bound the elements left.
                destination.Append(1, expectedMore: (int)Math.Clamp(_reader.Remaining - end, 0, most - destination.Count - 1))[0] = value;
            }
            else
            {
                surplus++;
            }
        }

        if (_reader.Remaining < end)
        {
            Throw("packed integers do not end with their field");
        }

        return surplus;
    }

    /// <summary>Appends one integer of a repeated field that was written unpacked, unless there are enough. How many were left out: 0 or 1.</summary>
    public int ReadUnpackedUInt32(PooledArray<uint> destination, int most = int.MaxValue)
    {
        var value = (uint)ReadVarint();
        if (destination.Count >= most)
        {
            return 1;
        }

        destination.Append(1, expectedMore: 0)[0] = value;
        return 0;
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
