namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>A folder for the files of one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("scoring-");

    public string Path => _folder.FullName;

    public string PathOf(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>Puts a file there all at once, so that nobody sees half of it.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name + "~"), text);
        File.Move(PathOf(name + "~"), PathOf(name), overwrite: true);
        return PathOf(name);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
