using Scoring.Service;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>A file of API keys, and the keys themselves.</summary>
internal sealed class KeyFile : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public KeyFile(params string[] names)
    {
        Write([.. names.Select(NewApiKey.Create)]);
    }

    public string Path => _folder["keys.json"];

    public string Setting => $"--Scoring:Auth:ApiKeysFile={Path}";

    /// <summary>The keys that were last written, by name.</summary>
    public IReadOnlyDictionary<string, string> Keys { get; private set; } = new Dictionary<string, string>();

    public (string, string) Header(string name) => ("x-api-key", Keys[name]);

    public void Write(params NewApiKey[] keys)
    {
        Write($"{{ {string.Join(", ", keys.Select(key => key.Entry))} }}");
        Keys = keys.ToDictionary(key => key.Name, key => key.Key);
    }

    public void Write(string text) => _folder.Write("keys.json", text);

    public void Dispose() => _folder.Dispose();
}
