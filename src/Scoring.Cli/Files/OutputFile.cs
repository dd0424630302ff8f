using Microsoft.Win32.SafeHandles;

namespace Scoring.Cli.Files;

/// <summary>
/// A file that comes to be only when it is complete: it is written under another name beside its own, and renamed by
/// <see cref="Commit"/>. Disposed before that, it leaves nothing.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string? _path;
    private readonly string? _temporaryPath;
    private bool _committed;

    private OutputFile(Stream stream, string? path, string? temporaryPath)
    {
        (Stream, _path, _temporaryPath) = (stream, path, temporaryPath);
    }

    public Stream Stream { get; }

    /// <summary>Opens a file, or standard output for <c>-</c>.</summary>
    public static OutputFile Open(string path)
    {
        if (path == LogitReader.StandardStream)
        {
            // The console's own stream hides that nobody reads it any more, and a long run would go on for nobody.
            Stream stream = OperatingSystem.IsWindows()
                ? Console.OpenStandardOutput()
                : new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return new OutputFile(stream, null, null);
        }

        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a folder.");
        }

        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full)!;
        if (!Directory.Exists(folder))
        {
            throw new IOException($"There is no folder {folder} to write {Path.GetFileName(full)} to.");
        }

        var temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Path.GetRandomFileName()}");
        return new OutputFile(new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0), full, temporary);
    }

    /// <summary>Gives the file its name.</summary>
    public void Commit()
    {
        Stream.Dispose();
        if (_temporaryPath is not null)
        {
            File.Move(_temporaryPath, _path!, overwrite: true);
        }

        _committed = true;
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (!_committed && _temporaryPath is not null)
        {
            File.Delete(_temporaryPath);
        }
    }
}
