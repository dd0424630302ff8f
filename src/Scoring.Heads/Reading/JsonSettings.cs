using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Scoring.Heads.Reading;

/// <summary>The values of a file of heads under their paths, as .NET's configuration reads the very same file.</summary>
internal static class JsonSettings
{
    private const char Delimiter = ':';

    /// <summary>Where heads stand in other files of configuration.</summary>
    private const string Wrapper = "Scoring:Heads";

    /// <summary>JSON may spell what no text can have, which .NET takes for a fault of the program.</summary>
    private const string HalfCharacter = "half of a character that takes two escapes, such as \\ud800 without its other half";

    private static readonly JsonDocumentOptions Options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <returns>Of values that are single the text, and null for JSON's null; null for an empty object, and empty for an empty array.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="FormatException">It is no object, has two values under one path or half a character, or is a whole configuration.</exception>
    public static Dictionary<string, string?> Read(Stream json)
    {
        using var document = Parse(ReadText(json));
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"Top-level JSON element must be an object. Instead, '{document.RootElement.ValueKind}' was found.");
        }

        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            Add(settings, Name(property, string.Empty), property.Value);
        }

        return settings.Keys.Any(IsWrapped)
            ? throw new FormatException($"it has heads under {Wrapper}, as appsettings.json has; a file of heads has what stands there: an object "
                + "with an entry for each head")
            : settings;
    }

    /// <summary>Of another encoding, labels would not be what somebody wrote.</summary>
    private static string ReadText(Stream json)
    {
        using var reader = new StreamReader(json, LabelsFile.StrictUtf8, detectEncodingFromByteOrderMarks: true, leaveOpen: true);
        try
        {
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException("it is not UTF-8");
        }
    }

    private static bool IsWrapped(string path) =>
        path.StartsWith(Wrapper, StringComparison.OrdinalIgnoreCase) && (path.Length == Wrapper.Length || path[Wrapper.Length] == Delimiter);

    private static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, Options);
        }
        catch (JsonException exception)
        {
            throw new JsonException($"it is no JSON: {JsonFault.Of(exception, Encoding.UTF8.GetBytes(text))}", exception.Path, exception.LineNumber,
                exception.BytePositionInLine);
        }
    }

    private static void Add(Dictionary<string, string?> settings, string path, JsonElement value)
    {
        var isEmpty = true;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    isEmpty = false;
                    Add(settings, $"{path}{Delimiter}{Name(property, path)}", property.Value);
                }

                if (isEmpty)
                {
                    settings[path] = null;
                }

                break;
            case JsonValueKind.Array:
                foreach (var (index, element) in value.EnumerateArray().Index())
                {
                    isEmpty = false;
                    Add(settings, string.Create(CultureInfo.InvariantCulture, $"{path}{Delimiter}{index}"), element);
                }

                if (isEmpty)
                {
                    settings[path] = string.Empty;
                }

                break;
            default:
                if (!settings.TryAdd(path, value.ValueKind == JsonValueKind.Null ? null : Text(value, path)))
                {
                    throw new FormatException($"A duplicate key '{path}' was found.");
                }

                break;
        }
    }

    private static string Text(JsonElement value, string path)
    {
        try
        {
            return value.ToString();
        }
        catch (InvalidOperationException)
        {
            throw new FormatException($"{path} has {HalfCharacter}");
        }
    }

    private static string Name(JsonProperty property, string path)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw new FormatException($"{(path.Length == 0 ? "the name of a head" : $"a key of {path}")} has {HalfCharacter}");
        }
    }
}
