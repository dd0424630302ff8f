using System.Text.Json;
using Microsoft.Extensions.Configuration.Json;

namespace Scoring.Service.Settings;

/// <summary>
/// What .NET does not keep of JSON files: to it an empty list is the empty text, and null is an empty object. Somebody who writes the one does not
/// mean the other, which for a setting of security may be an open door.
/// </summary>
internal sealed class JsonShapes
{
    private static readonly JsonDocumentOptions AsConfiguration = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly HashSet<string> _emptyLists = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _nulls = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the files of a configuration again.</summary>
    public static JsonShapes Read(IConfigurationRoot configuration)
    {
        var shapes = new JsonShapes();
        foreach (var source in configuration.Providers.OfType<JsonConfigurationProvider>().Select(provider => provider.Source))
        {
            if (source.Path is not { } path || source.FileProvider?.GetFileInfo(path) is not { Exists: true } file)
            {
                continue;
            }

            try
            {
                using var stream = file.CreateReadStream();
                using var document = JsonDocument.Parse(stream, AsConfiguration);
                shapes.Add(string.Empty, document.RootElement);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
            {
                // It could be read a moment ago, and what was read then is looked at all the same.
            }
        }

        return shapes;
    }

    public bool IsEmptyList(string path) => _emptyLists.Contains(path);

    public bool IsNull(string path) => _nulls.Contains(path);

    private void Add(string path, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Add(path.Length == 0 ? property.Name : ConfigurationPath.Combine(path, property.Name), property.Value);
                }

                break;
            case JsonValueKind.Array when element.GetArrayLength() == 0:
                _emptyLists.Add(path);
                break;
            case JsonValueKind.Null:
                _nulls.Add(path);
                break;
        }
    }
}
