using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace Scoring.Protocol.Wire;

/// <summary>
/// Walks the fields of one protobuf message in the transport's own bytes, accepting and refusing what Google.Protobuf does.
/// https://protobuf.dev/programming-guides/encoding/
/// </summary>
/// <param name="message">The message's bytes.</param>
/// <param name="depth">How many messages it lies within.</param>
internal ref partial struct WireReader(ReadOnlySequence<byte> message, int depth = 0)
{
    /// <summary>Messages and groups within one another.</summary>
    private const int MaxDepth = 99;
    private const int MaxVarintBytes = 10;

    /// <summary>Of a string that is decoded at a time.</summary>
    private const int MaxPartBytes = 256;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private SequenceReader<byte> _reader = new(message);

    public readonly int Remaining => (int)_reader.Remaining;

    /// <summary>The field number and layout of the next field; false at the end of the message.</summary>
    public bool TryReadTag(out int field, out WireType type)
    {
        if (_reader.End)
        {
            field = 0;
            type = default;
            return false;
        }

        var tag = (uint)ReadVarint();
        field = (int)(tag >> 3);
        type = (WireType)(tag & 7);
        if (field == 0)
        {
            Throw("a tag has field number 0");
        }

        return true;
    }

    public ulong ReadVarint()
    {
        if (!_reader.TryRead(out var first))
        {
            ThrowTruncated();
        }

        return first < 0x80 ? first : ReadVarintTail(first);
    }

    public uint ReadFixed32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        ReadBytes(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public float ReadFloat() => BitConverter.UInt32BitsToSingle(ReadFixed32());

    public double ReadDouble()
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        ReadBytes(bytes);
        return BinaryPrimitives.ReadDoubleLittleEndian(bytes);
    }

    /// <summary>The length of a length-delimited field, whose bytes are all there.</summary>
    public int ReadLength()
    {
        var length = (int)ReadVarint();
        if (length < 0)
        {
            Throw("a field has a negative length");
        }

        if (length > _reader.Remaining)
        {
            ThrowTruncated();
        }

        return length;
    }

    /// <summary>A nested message.</summary>
    public WireReader ReadNested() => new(ReadSlice(), depth + 1);

    /// <summary>The bytes of a length-delimited field, where they lie.</summary>
    public ReadOnlySequence<byte> ReadSlice() => Slice(ReadLength());

    /// <summary>The bytes of a packed field, where they lie.</summary>
    public ReadOnlySequence<byte> ReadPackedSlice() => Slice(ReadPackedLength());

    /// <summary>A string; <paramref name="known"/> itself where it says the same, so that a stream of messages shares one.</summary>
    public string ReadString(string known, int maxCharacters) => ReadString(new ReadOnlySpan<string>(in known), maxCharacters);

    /// <summary>
    /// A string that has room for so many characters. Of a longer one it is those and one more, by which whoever checks it sees that it is too long;
    /// the rest is read only to see that it is UTF-8.
    /// </summary>
    /// <param name="known">Strings that are likely: the one that says the same is what is returned.</param>
    /// <param name="maxCharacters">UTF-16 code units.</param>
    public string ReadString(scoped ReadOnlySpan<string> known, int maxCharacters)
    {
        var length = ReadLength();
        if (length == 0)
        {
            return string.Empty;
        }

        Span<byte> bytes = stackalloc byte[Math.Min(length, MaxPartBytes)];
        if (length > MaxPartBytes || length > maxCharacters)
        {
            return ReadInParts(length, bytes, maxCharacters);
        }

        ReadBytes(bytes);
        foreach (var likely in known)
        {
            if (Ascii.Equals(bytes, likely))
            {
                return likely;
            }
        }

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            ThrowNoUtf8();
            return null;
        }
    }

    /// <summary>A string of any length, as a peer sends it that is trusted to mean well.</summary>
    public string ReadString() => ReadString([], maxCharacters: int.MaxValue - 1);

    /// <summary>Passes over a field that is not known here.</summary>
    public void Skip(int field, WireType type)
    {
        switch (type)
        {
            case WireType.Varint:
                ReadVarint();
                break;
            case WireType.Fixed64:
                Advance(sizeof(ulong));
                break;
            case WireType.LengthDelimited:
                _reader.Advance(ReadLength());
                break;
            case WireType.StartGroup:
                SkipGroup(field, depth + 1);
                break;
            case WireType.Fixed32:
                Advance(sizeof(uint));
                break;
            default:
                Throw(type == WireType.EndGroup ? "a group ends that did not start" : $"field {field} has no such wire type ({(int)type})");
                break;
        }
    }

    /// <summary>The length of a packed field. A negative one, which no sender means, counts as 0: so does Google.Protobuf.</summary>
    private int ReadPackedLength()
    {
        var length = (int)ReadVarint();
        if (length > _reader.Remaining)
        {
            ThrowTruncated();
        }

        return Math.Max(length, 0);
    }

    private ReadOnlySequence<byte> Slice(int length)
    {
        var slice = _reader.UnreadSequence.Slice(0, length);
        _reader.Advance(length);
        return slice;
    }

    private void SkipGroup(int group, int groupDepth)
    {
        if (groupDepth > MaxDepth)
        {
            Throw($"groups are nested more than {MaxDepth} deep");
        }

        while (TryReadTag(out var field, out var type))
        {
            switch (type)
            {
                case WireType.EndGroup when field == group:
                    return;
                case WireType.EndGroup:
                    Throw($"group {group} ends as group {field}");
                    return;
                case WireType.StartGroup:
                    SkipGroup(field, groupDepth + 1);
                    break;
                default:
                    Skip(field, type);
                    break;
            }
        }

        ThrowTruncated();
    }

    private ulong ReadVarintTail(byte first)
    {
        ulong value = first & 0x7Fu;
        for (var i = 1; i < MaxVarintBytes; i++)
        {
            if (!_reader.TryRead(out var next))
            {
                ThrowTruncated();
            }

            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return value;
            }
        }

        Throw("a varint is longer than 10 bytes");
        return 0;
    }

    private void ReadBytes(scoped Span<byte> destination)
    {
        if (!_reader.TryCopyTo(destination))
        {
            ThrowTruncated();
        }

        _reader.Advance(destination.Length);
    }

    private string ReadInParts(int length, scoped Span<byte> part, int maxCharacters)
    {
        // A part may begin with the end of a character that takes two.
        Span<char> characters = stackalloc char[MaxPartBytes + 1];
        var decoder = StrictUtf8.GetDecoder();
        var text = new StringBuilder();
        try
        {
            while (length > 0)
            {
                part = part[..Math.Min(length, part.Length)];
                ReadBytes(part);
                length -= part.Length;
                var count = decoder.GetChars(part, characters, flush: length == 0);
                text.Append(characters[..Math.Min(count, maxCharacters + 1 - text.Length)]);
            }
        }
        catch (DecoderFallbackException)
        {
            ThrowNoUtf8();
        }

        return text.ToString();
    }

    private void Advance(int count)
    {
        if (_reader.Remaining < count)
        {
            ThrowTruncated();
        }

        _reader.Advance(count);
    }

    [DoesNotReturn]
    private readonly void ThrowNoUtf8() => Throw("a string is not UTF-8");

    [DoesNotReturn]
    private readonly void ThrowTruncated() => Throw("the message ends in the middle of a field");

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void Throw(string what) => throw new MalformedMessageException($"{what} (at byte {_reader.Consumed})");
}
