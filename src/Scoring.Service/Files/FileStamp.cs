namespace Scoring.Service.Files;

/// <summary>What tells one state of a file from another. Of a link it is the file at its end that counts.</summary>
/// <param name="Path">The file.</param>
/// <param name="Written">When it was last written; null where it is not there.</param>
/// <param name="Length">Its bytes.</param>
internal readonly record struct FileStamp(string Path, DateTime? Written, long Length)
{
    public static FileStamp Of(string path)
    {
        try
        {
            FileSystemInfo file = new FileInfo(path);
            // A mounted ConfigMap has links to files in a folder that is itself a link, and that is what changes.
            file = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return file is FileInfo { Exists: true } there ? new FileStamp(path, there.LastWriteTimeUtc, there.Length) : new FileStamp(path, null, 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new FileStamp(path, null, 0);
        }
    }
}
