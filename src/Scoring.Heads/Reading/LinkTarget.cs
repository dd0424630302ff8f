namespace Scoring.Heads.Reading;

/// <summary>The file that a path leads to, through all links: a mounted ConfigMap has links to files in a folder that is itself a link.</summary>
internal static class LinkTarget
{
    /// <summary>The file; null where there is none.</summary>
    public static FileInfo? Find(string path)
    {
        FileSystemInfo file = new FileInfo(path);
        return (file.ResolveLinkTarget(returnFinalTarget: true) ?? file) is FileInfo { Exists: true } there ? there : null;
    }

    /// <summary>A pipe is opened once somebody opens its other end, and nothing but the end of the process ends that wait.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Opens a file to be read.</summary>
    /// <exception cref="IOException">
    /// It is a folder, which the system tells as if it were a matter of rights, a pipe that nobody writes to, or cannot be opened.
    /// </exception>
    public static FileStream Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("it is a folder");
        }

        var opened = Task.Run(() => File.OpenRead(path));
        if (!((IAsyncResult)opened).AsyncWaitHandle.WaitOne(Patience))
        {
            opened.ContinueWith(
                static late => late.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw new IOException("it is a pipe that nobody writes to");
        }

        return opened.GetAwaiter().GetResult();
    }

    /// <summary>Why a file is not to be opened; null where it may be. Who opens a pipe waits for whoever may write to it.</summary>
    /// <param name="length">Its bytes, of which a pipe or a device has none.</param>
    public static string? Problem(long? length) => length == 0 ? "it is empty, or no file but a pipe or a device" : null;
}
