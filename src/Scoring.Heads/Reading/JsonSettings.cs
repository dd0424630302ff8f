using System.Globalization;
using System.Text.Json;

namespace Scoring.Heads.Reading;

/// <summary>The values of a JSON object under their paths, as .NET's configuration reads the very same file.</summary>
internal static class JsonSettings
{
    private const char Delimiter = ':';

    private static readonly JsonDocumentOptions Options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <returns>Of values that are single the text, and null for JSON's null; null for an empty object, and empty for an empty array.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="FormatException">It is not an object, or has two values under one path.</exception>
    public static Dictionary<string, string?> Read(Stream json)
    {
        using var reader = new StreamReader(json, leaveOpen: true);
        using var document = JsonDocument.Parse(reader.ReadToEnd(), Options);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"Top-level JSON element must be an object. Instead, '{document.RootElement.ValueKind}' was found.");
        }

        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            Add(settings, property.Name, property.Value);
        }

        return settings;
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
                    Add(settings, $"{path}{Delimiter}{property.Name}", property.Value);
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
                if (!settings.TryAdd(path, value.ValueKind == JsonValueKind.Null ? null : value.ToString()))
                {
                    throw new FormatException($"A duplicate key '{path}' was found.");
                }

                break;
        }
    }
}
