using System.Numerics;
using System.Text;

namespace Scoring.Protocol.Wire;

/// <summary>How many bytes <see cref="WireWriter"/> will write for a field, tag and length included.</summary>
internal static class WireSize
{
    public static int UInt64(int field, ulong value) => value == 0 ? 0 : Tag(field) + Varint(value);

    public static int OptionalFloat(int field, float? value) => value is null ? 0 : Tag(field) + sizeof(float);

    public static int String(int field, string value) => value.Length == 0 ? 0 : RepeatedString(field, value);

    public static int RepeatedString(int field, string value) => Nested(field, Encoding.UTF8.GetByteCount(value));

    public static int PackedFloats(int field, ReadOnlySpan<float> values) =>
        values.IsEmpty ? 0 : Nested(field, checked(values.Length * sizeof(float)));

    public static int PackedUInt32(int field, ReadOnlySpan<uint> values) => values.IsEmpty ? 0 : Nested(field, Varints(values));

    public static int Bytes(int field, ReadOnlySpan<byte> value) => value.IsEmpty ? 0 : Nested(field, value.Length);

    public static int Nested(int field, int length) => checked(Tag(field) + Varint((uint)length) + length);

    public static int Varints(ReadOnlySpan<uint> values)
    {
        var size = 0;
        foreach (var value in values)
        {
            size = checked(size + Varint(value));
        }

        return size;
    }

    private static int Tag(int field) => Varint((uint)field << 3);

    /// <summary>One byte for each seven bits: ⌈bits / 7⌉, and one for zero.</summary>
    private static int Varint(ulong value) => ((BitOperations.Log2(value | 1) * 9) + 73) / 64;
}
