namespace Scoring.Faults.Servers;

/// <summary>The heads' file of a server, with one head, <see cref="Head"/>.</summary>
internal sealed class HeadsFile : IDisposable
{
    public const string Head = "pets";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("scoring-faults-");

    private HeadsFile() => Path = System.IO.Path.Combine(_folder.FullName, "heads.json");

    public string Path { get; }

    public static async Task<HeadsFile> CreateAsync()
    {
        var file = new HeadsFile();
        await file.ChangeAsync(0);
        return file;
    }

    /// <summary>Puts another file in its place.</summary>
    public async Task ChangeAsync(int version)
    {
        var next = Path + ".new";
        await File.WriteAllTextAsync(next, $$"""{ "{{Head}}": { "activation": "softmax", "threshold": 0.{{(version % 9) + 1}} } }""");
        File.Move(next, Path, overwrite: true);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
