using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Scoring.Protocol.Wire;

/// <summary>
/// Writes protobuf fields into the transport's own memory. Fields at their default value are left out, as proto3 has it.
/// The lengths that nested fields and the message itself need come from <see cref="WireSize"/>.
/// </summary>
internal ref struct WireWriter(IBufferWriter<byte> output)
{
    private const int MaxVarintBytes = 10;

    /// <summary>A tag and a number together never need more than this.</summary>
    private const int MaxScalarBytes = 5 + MaxVarintBytes;

    private Span<byte> _span = output.GetSpan(MaxScalarBytes);
    private int _position;

    public void UInt64(int field, ulong value)
    {
        if (value != 0)
        {
            Reserve(MaxScalarBytes);
            Tag(field, WireType.Varint);
            Varint(value);
        }
    }

    /// <summary>A field that is present at any value.</summary>
    public void OptionalFloat(int field, float? value)
    {
        if (value is { } present)
        {
            Reserve(MaxScalarBytes);
            Tag(field, WireType.Fixed32);
            BinaryPrimitives.WriteSingleLittleEndian(_span[_position..], present);
            _position += sizeof(float);
        }
    }

    public void String(int field, string value)
    {
        if (value.Length == 0)
        {
            return;
        }

        RepeatedString(field, value);
    }

    /// <summary>An element of a repeated string field, which is written even when it is empty.</summary>
    public void RepeatedString(int field, string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        StartField(field, length);
        Reserve(length);
        _position += Encoding.UTF8.GetBytes(value, _span[_position..]);
    }

    /// <summary>An element of a repeated string field, which is UTF-8 already.</summary>
    public void RepeatedString(int field, ReadOnlySpan<byte> utf8)
    {
        StartField(field, utf8.Length);
        Raw(utf8);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            StartField(field, value.Length);
            Raw(value);
        }
    }

    public void PackedFloats(int field, ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
        {
            return;
        }

        StartField(field, values.Length * sizeof(float));
        if (BitConverter.IsLittleEndian)
        {
            Raw(MemoryMarshal.AsBytes(values));
            return;
        }

        foreach (var value in values)
        {
            Reserve(sizeof(float));
            BinaryPrimitives.WriteSingleLittleEndian(_span[_position..], value);
            _position += sizeof(float);
        }
    }

    public void PackedUInt32(int field, scoped ReadOnlySpan<uint> values)
    {
        if (values.IsEmpty)
        {
            return;
        }

        StartField(field, WireSize.Varints(values));
        foreach (var value in values)
        {
            Reserve(MaxVarintBytes);
            Varint(value);
        }
    }

    /// <summary>The tag and length that a nested message of this many bytes starts with.</summary>
    public void StartField(int field, int length)
    {
        Reserve(MaxScalarBytes);
        Tag(field, WireType.LengthDelimited);
        Varint((uint)length);
    }

    /// <summary>Hands over what was written. Nothing may be written afterwards.</summary>
    public void Finish()
    {
        output.Advance(_position);
        _span = default;
        _position = 0;
    }

    /// <summary>Bytes that stand in the message as they are.</summary>
    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > _span.Length - _position)
        {
            var part = _span.Length - _position;
            bytes[..part].CopyTo(_span[_position..]);
            bytes = bytes[part..];
            _position += part;
            Reserve(1);
        }

        bytes.CopyTo(_span[_position..]);
        _position += bytes.Length;
    }

    private void Tag(int field, WireType type) => Varint(((uint)field << 3) | (uint)type);

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _span[_position++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _span[_position++] = (byte)value;
    }

    private void Reserve(int bytes)
    {
        if (_span.Length - _position < bytes)
        {
            output.Advance(_position);
            _span = output.GetSpan(bytes);
            _position = 0;
        }
    }
}
