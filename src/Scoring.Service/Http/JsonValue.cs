using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;
using Scoring.Protocol.Buffers;
using Scoring.Protocol.Wire;

namespace Scoring.Service.Http;

/// <summary>
/// Values as protobuf's JSON mapping has them: a number may be a string, a whole one may be written with a fraction of 0 or an exponent, and base64
/// may be that of URLs.
/// </summary>
internal static class JsonValue
{
    /// <summary>Bytes of an enum's name, of which an escape takes six for a character.</summary>
    private const int MaxEnumLength = 256;

    private const NumberStyles Number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private static readonly ConcurrentDictionary<EnumDescriptor, FrozenDictionary<string, int>> EnumNames = new();

    public static float Float(ref Utf8JsonReader reader, JsonPlace place)
    {
        if (reader.TokenType == JsonTokenType.Number || IsPlainString(ref reader))
        {
            switch (reader.ValueSpan)
            {
                case var text when float.TryParse(text, Number, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value):
                    return value;
                case [(byte)'N', (byte)'a', (byte)'N']:
                    return float.NaN;
                case var text when text.SequenceEqual("Infinity"u8):
                    return float.PositiveInfinity;
                case var text when text.SequenceEqual("-Infinity"u8):
                    return float.NegativeInfinity;
            }
        }

        throw Fault(ref reader, place, "a number of single precision, \"NaN\", \"Infinity\" or \"-Infinity\"");
    }

    public static uint UInt32(ref Utf8JsonReader reader, JsonPlace place) => Whole<uint>(ref reader, place);

    public static ulong UInt64(ref Utf8JsonReader reader, JsonPlace place) => Whole<ulong>(ref reader, place);

    /// <summary>
    /// An enum's number, or the number of its name, which may do without what all of its names begin with. A number may be one that this version has
    /// no name for.
    /// </summary>
    public static int Enum(ref Utf8JsonReader reader, JsonPlace place, EnumDescriptor type)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return Whole<int>(ref reader, place);
        }

        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= MaxEnumLength)
        {
            // A body may have very many of them.
            Span<char> text = stackalloc char[MaxEnumLength];
            try
            {
                text = text[..reader.CopyString(text)];
            }
            catch (InvalidOperationException)
            {
                throw NoText(place);
            }

            if (EnumNames.GetOrAdd(type, NamesOf).GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var number))
            {
                return number;
            }
        }

        throw Fault(ref reader, place, $"one of {string.Join(", ", ShortNames(type))}");
    }

    /// <summary>A text, or as much of it as shows that it is longer than it may be.</summary>
    public static string Text(ref Utf8JsonReader reader, JsonPlace place, int maxLength = int.MaxValue)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            throw Fault(ref reader, place, "a string");
        }

        try
        {
            // An escape of six bytes may stand for one character.
            return reader.ValueSpan.Length / 6 <= maxLength
                ? reader.GetString()!
                : Encoding.UTF8.GetString(reader.ValueSpan[..(6 * (maxLength + 1))]);
        }
        catch (InvalidOperationException)
        {
            throw NoText(place);
        }
    }

    public static void Bytes(ref Utf8JsonReader reader, JsonPlace place, PooledArray<byte> bytes)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw Fault(ref reader, place, "a string of base64");
        }

        // A backslash may stand before a slash.
        var rented = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            var text = rented.AsSpan(0, reader.CopyString(rented)).TrimEnd((byte)'=');
            text.Replace((byte)'+', (byte)'-');
            text.Replace((byte)'/', (byte)'_');
            var room = bytes.Allocate(Base64Url.GetMaxDecodedLength(text.Length));
            if (Base64Url.DecodeFromUtf8(text, room, out _, out var written) != OperationStatus.Done || written != room.Length)
            {
                throw Fault(ref reader, place, "a string of base64");
            }
        }
        catch (InvalidOperationException)
        {
            // It has a part of a character, or what is no UTF-8.
            throw Fault(ref reader, place, "a string of base64");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>What to throw where a value is not what it must be.</summary>
    public static MalformedMessageException Fault(ref Utf8JsonReader reader, JsonPlace place, string kind) =>
        new($"{place} is {Shown(ref reader)}; it must be {kind}");

    private static MalformedMessageException NoText(JsonPlace place) => new($"{place} is no text: it has a part of a character");

    private static FrozenDictionary<string, int> NamesOf(EnumDescriptor type) => type.Values
        .Select(value => KeyValuePair.Create(value.Name, value.Number))
        .Concat(type.Values.Zip(ShortNames(type), (value, name) => KeyValuePair.Create(name, value.Number)))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Without what all names of the enum begin with: DATA_TYPE_ of DataType.</summary>
    private static IEnumerable<string> ShortNames(EnumDescriptor type) =>
        type.Values.Select(value => value.Name[(type.Name.Length + type.Name.Count(char.IsUpper))..].ToLowerInvariant());

    private static T Whole<T>(ref Utf8JsonReader reader, JsonPlace place)
        where T : IBinaryInteger<T>, IMinMaxValue<T> =>
        (reader.TokenType == JsonTokenType.Number || IsPlainString(ref reader))
        && T.TryParse(reader.ValueSpan, Number, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Fault(ref reader, place, string.Create(CultureInfo.InvariantCulture, $"a whole number from {T.MinValue} to {T.MaxValue}"));

    private static bool IsPlainString(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped;

    private static string Shown(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartArray => "a list",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => $"\"{Scoring.Heads.Reading.Quoted.Text(reader.ValueSpan)}\"",
        _ => Scoring.Heads.Reading.Quoted.Text(reader.ValueSpan),
    };
}
