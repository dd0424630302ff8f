namespace Scoring.Tests;

/// <summary>A folder for the files of one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("scoring-test-");

    public string Path => _folder.FullName;

    /// <summary>The path of a file in it.</summary>
    public string this[string name] => System.IO.Path.Combine(_folder.FullName, name);

    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Puts a file there all at once, so that nobody sees half of it.</summary>
    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(this[name + "~"], bytes);
        File.Move(this[name + "~"], this[name], overwrite: true);
        return this[name];
    }

    public IEnumerable<string> Names() => _folder.EnumerateFileSystemInfos().Select(entry => entry.Name).Order(StringComparer.Ordinal);

    public void Dispose() => _folder.Delete(recursive: true);
}
