using CsCheck;

namespace Scoring.Protocol.Tests;

/// <summary>What a broken or hostile sender makes of a message.</summary>
internal static class Mutation
{
    public static Gen<byte[]> Of(Gen<byte[]> messages) =>
        Gen.Select(messages, Gen.Int[0, 6], Gen.Int[0, int.MaxValue - 1], Gen.Byte).Select(Apply);

    /// <summary>Bytes that look like fields: tags of known and unknown fields with all wire types, and small varints.</summary>
    public static Gen<byte[]> FieldSoup { get; } = Gen.OneOf(
        Gen.Byte,
        Gen.Select(Gen.Int[0, 15], Gen.Int[0, 7], (field, type) => (byte)((field << 3) | type)),
        Gen.Int[0, 8].Select(small => (byte)small)).Array[0, 40];

    private static byte[] Apply(byte[] bytes, int kind, int where, byte value)
    {
        if (bytes.Length == 0)
        {
            return [value];
        }

        var at = where % bytes.Length;
        switch (kind)
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], value, .. bytes[at..]];
            case 2:
                return [.. bytes[..at], .. bytes[(at + 1)..]];
            case 3:
                return [.. bytes, .. bytes];
            case 4:
                return [.. bytes[at..], .. bytes[..at]];
            case 5:
                return [.. bytes, .. bytes[at..]];
            default:
                bytes = [.. bytes];
                bytes[at] = value;
                return bytes;
        }
    }
}
