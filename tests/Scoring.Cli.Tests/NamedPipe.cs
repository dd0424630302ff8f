using System.Diagnostics;

namespace Scoring.Cli.Tests;

/// <summary>Pipes with a name in the file system.</summary>
internal static class NamedPipe
{
    public static string Make(string path)
    {
        using var made = Process.Start("mkfifo", path);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
        return path;
    }
}
