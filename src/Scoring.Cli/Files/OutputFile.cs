using Microsoft.Win32.SafeHandles;

namespace Scoring.Cli.Files;

/// <summary>
/// A file that comes to be only when it is complete: it is written under another name beside its own, and renamed by
/// <see cref="Commit"/>. Disposed before that, it leaves nothing. A pipe or a device is written into as it stands.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private const UnixFileMode OfGroup = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.SetGroup;

    private readonly string? _path;
    private readonly string? _temporaryPath;
    private bool _committed;

    private OutputFile(Stream stream, string? path, string? temporaryPath)
    {
        (Stream, _path, _temporaryPath) = (stream, path, temporaryPath);
    }

    public Stream Stream { get; }

    /// <summary>Keeps one of two outputs from taking the place of the other.</summary>
    /// <exception cref="IOException">Both lead to one file.</exception>
    public static void RequireTwo(string? one, string? other)
    {
        if (one is not null && other is not null && IsSame(one, other))
        {
            throw new IOException($"{one} and {other} are one file: each that is written has to have its own.");
        }
    }

    /// <summary>Opens a file, or standard output for <c>-</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="inputs">Files that are read and that it may not take the place of; null for none.</param>
    /// <param name="cancellationToken">Ends the wait for whoever reads a pipe.</param>
    public static async Task<OutputFile> OpenAsync(string path, IEnumerable<string?> inputs, CancellationToken cancellationToken)
    {
        if (inputs.Any(input => input is not null && IsSame(input, path)))
        {
            throw new IOException(
                $"{(path == LogitReader.StandardStream ? "standard output" : path)} is read: what is written has to have another name.");
        }

        // A pipe that nobody reads cannot be opened, and nothing but the end of the process ends that wait.
        var opening = Task.Run(() => Open(path), CancellationToken.None);
        try
        {
            return await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // What is no such pipe is open in a moment, and is not to be left behind.
            await ((Task)opening).WaitAsync(Moment, TimeProvider.System, CancellationToken.None).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing);
            if (opening.IsCompletedSuccessfully)
            {
                (await opening.ConfigureAwait(false)).Dispose();
            }

            throw;
        }
    }

    private static OutputFile Open(string path)
    {
        if (path == LogitReader.StandardStream)
        {
            StandardStreams.RequireOutput();

            if (OperatingSystem.IsWindows())
            {
                return new OutputFile(Console.OpenStandardOutput(), null, null);
            }

            // The console's own stream hides that nobody reads a pipe any more, and a long run would go on for nobody. The other one writes a file
            // at a place of its own, over what whoever shares the file has written.
            var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return new OutputFile(stream.CanSeek ? Console.OpenStandardOutput() : stream, null, null);
        }

        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a folder.");
        }

        if (OpenSpecial(path) is { } special)
        {
            return new OutputFile(special, null, null);
        }

        var full = TargetOf(path);
        var folder = Path.GetDirectoryName(full)!;
        if (!Directory.Exists(folder))
        {
            throw new IOException($"There is no folder {folder} to write {Path.GetFileName(full)} to.");
        }

        // Without the file's own name, which may be as long as a name can be.
        var temporary = Path.Combine(folder, $".scoring.{Path.GetRandomFileName()}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (OperatingSystem.IsWindows() || !File.Exists(full))
        {
            return new OutputFile(new FileStream(temporary, options), full, temporary);
        }

        // Nobody may read what takes the place of a file who could not read that, at any time. Its group becomes the user's own, or the folder's.
        var mode = File.GetUnixFileMode(full);
        options.UnixCreateMode = mode & ~OfGroup;
        var file = new OutputFile(new FileStream(temporary, options), full, temporary);
        File.SetUnixFileMode(
            temporary, FileIdentity.OfOutput(full)?.Group == FileIdentity.OfOutput(temporary)?.Group ? mode : options.UnixCreateMode.Value);
        return file;
    }

    /// <summary>
    /// Whether both are one file: a link to a folder, or standard input, may have it under another name. Where the system does not tell, names are
    /// compared.
    /// </summary>
    private static bool IsSame(string input, string output) =>
        FileIdentity.OfOutput(output) is { } written && FileIdentity.OfInput(input) is { } read
            ? written == read
            : input != LogitReader.StandardStream && output != LogitReader.StandardStream && IsSamePlace(TargetOf(input), TargetOf(output));

    /// <summary>Whether two files that are not there would be one: of the same name in one folder, whichever way leads there.</summary>
    private static bool IsSamePlace(string one, string other) => one == other || (
        Path.GetFileName(one) == Path.GetFileName(other) && FileIdentity.OfFolder(Path.GetDirectoryName(one)) is { } folder
        && folder == FileIdentity.OfFolder(Path.GetDirectoryName(other)));

    /// <summary>What a path leads to: a link stays a link.</summary>
    private static string TargetOf(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }

    /// <summary>Opens a pipe or a device; null for a file, and for what is not there yet.</summary>
    private static FileStream? OpenSpecial(string path)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException
            || (exception is UnauthorizedAccessException && !FileIdentity.IsSpecial(path)))
        {
            // A file that nobody may write to may still be replaced.
            return null;
        }

        if (!stream.CanSeek || FileIdentity.IsSpecial(path))
        {
            return stream;
        }

        stream.Dispose();
        return null;
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
