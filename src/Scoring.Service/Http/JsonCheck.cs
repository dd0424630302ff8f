using System.Globalization;
using System.Text.Json;
using Google.Protobuf.Reflection;

namespace Scoring.Service.Http;

/// <summary>
/// Says what is wrong with a message in JSON, and where, that the transcoding would refuse without a word, or take without the field that it does not
/// know. The message has no messages within.
/// </summary>
internal static class JsonCheck
{
    /// <summary>Bytes of the longest name of a field, or text of a number, that is looked at; no other is made a string of.</summary>
    private const int MaxTextBytes = 256;

    /// <summary>What is wrong; null where nothing is.</summary>
    public static string? Find(ReadOnlySpan<byte> utf8, MessageDescriptor message)
    {
        var reader = new Utf8JsonReader(utf8);
        var seen = new bool[message.Fields.InDeclarationOrder().Count];
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return $"the body begins with {Shown.Text(utf8)}; it must be an object";
            }

            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && FindIn(ref reader, message, seen) is { } fault)
                {
                    return fault;
                }
            }

            return null;
        }
        catch (JsonException exception)
        {
            return $"the body is no JSON: {exception.Message}";
        }
    }

    /// <summary>Reads one field and its value.</summary>
    private static string? FindIn(ref Utf8JsonReader reader, MessageDescriptor message, bool[] seen)
    {
        var name = reader.ValueSpan.Length > MaxTextBytes ? Shown.Text(reader.ValueSpan) : reader.GetString();
        if (message.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name || field.Name == name) is not { } field)
        {
            return $"there is no field '{Shown.Text(name)}'; {message.Name} has {string.Join(", ", message.Fields.InDeclarationOrder().Select(known => known.JsonName))}";
        }

        if (seen[field.Index])
        {
            return $"{field.JsonName} is there twice";
        }

        seen[field.Index] = true;

        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (!field.IsRepeated)
        {
            return Fits(ref reader, field) ? null : $"{name} is {Value(ref reader)}; it must be {Kind(field)}";
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return $"{name} is {Value(ref reader)}; it must be a list";
        }

        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (!Fits(ref reader, field))
            {
                return $"{name}[{i}] is {Value(ref reader)}; it must be {Kind(field)}";
            }
        }

        return null;
    }

    private static bool Fits(ref Utf8JsonReader reader, FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String or FieldType.Bytes => reader.TokenType == JsonTokenType.String,
        // The transcoding knows their names, and says so.
        FieldType.Enum => reader.TokenType == JsonTokenType.Number || (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= MaxTextBytes),
        _ => reader.TokenType == JsonTokenType.Number
            || (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= MaxTextBytes
                && double.TryParse(reader.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out _)),
    };

    private static string Kind(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => "a string",
        FieldType.Bytes => "a string of base64",
        FieldType.Enum => "a name or a number",
        FieldType.Float => "a number, \"NaN\", \"Infinity\" or \"-Infinity\"",
        _ => "a number",
    };

    private static string Value(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartArray => "a list",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => $"\"{Shown.Text(reader.ValueSpan)}\"",
        _ => Shown.Text(reader.ValueSpan),
    };
}
