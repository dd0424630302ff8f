using System.Net.Sockets;

namespace Scoring.Cli;

/// <summary>Unix domain sockets, and where those of a service of a command's own are.</summary>
internal static class UnixSocket
{
    /// <summary>Makes a folder that only this user can enter.</summary>
    /// <exception cref="IOException">There is no place for it.</exception>
    public static DirectoryInfo CreateFolder()
    {
        var place = Path.GetTempPath();
        if (!Directory.Exists(place))
        {
            throw new IOException($"there is no folder {place}, which is named for temporary files (TMPDIR)");
        }

        try
        {
            return Directory.CreateTempSubdirectory("scoring-");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"no folder can be made in {place}, which is named for temporary files (TMPDIR)", exception);
        }
    }

    /// <summary>The socket of the one service that has the folder.</summary>
    public static string PathIn(DirectoryInfo folder) => Path.Combine(folder.FullName, "service.sock");

    /// <summary>Whether a path is longer than a socket's may be.</summary>
    public static bool IsTooLong(string path)
    {
        try
        {
            _ = new UnixDomainSocketEndPoint(path);
            return false;
        }
        catch (ArgumentOutOfRangeException)
        {
            return true;
        }
    }
}
