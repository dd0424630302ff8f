using System.Diagnostics;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>A named pipe that nobody writes to.</summary>
internal static class NamedPipe
{
    /// <summary>Puts one in the place of a file.</summary>
    public static void Replace(string file)
    {
        using var made = Process.Start("mkfifo", file + "~");
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
        File.Move(file + "~", file, overwrite: true);
    }
}
