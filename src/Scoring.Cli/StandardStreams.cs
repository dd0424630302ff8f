namespace Scoring.Cli;

/// <summary>The three streams that a process is started with, of which each may be closed, or take nothing.</summary>
internal static class StandardStreams
{
    private const int Input = 0;
    private const int Output = 1;
    private const int Error = 2;

    /// <summary>What Linux has for O_CLOEXEC.</summary>
    private const int CloseOnExec = 0x80000;

    /// <summary>
    /// Keeps what is told on standard error from changing what comes of a run, wherever it cannot be written. What goes to a stream that is closed
    /// goes nowhere: the runtime has given its descriptor to pipes of its own.
    /// </summary>
    public static void Prepare()
    {
        if (IsClosed(Output))
        {
            Console.SetOut(TextWriter.Null);
        }

        Console.SetError(IsClosed(Error)
            ? TextWriter.Null
            : new StreamWriter(new BestEffortStream(Console.OpenStandardError()), Console.Error.Encoding) { AutoFlush = true });
    }

    /// <exception cref="IOException">Standard input is closed.</exception>
    public static void RequireInput() => Require(Input, "input");

    /// <exception cref="IOException">Standard output is closed.</exception>
    public static void RequireOutput() => Require(Output, "output");

    private static void Require(int descriptor, string name)
    {
        if (IsClosed(descriptor))
        {
            throw new IOException($"standard {name} is closed");
        }
    }

    /// <summary>
    /// Whether the process was started without it. The first thing that the runtime opens then has the descriptor, and is closed on exec, as
    /// nothing is that a process was started with. Other systems than Linux do not tell.
    /// </summary>
    private static bool IsClosed(int descriptor)
    {
        const string Flags = "flags:";
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            var flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}").First(line => line.StartsWith(Flags, StringComparison.Ordinal));
            return (Convert.ToInt32(flags[Flags.Length..].Trim(), 8) & CloseOnExec) != 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException or FormatException)
        {
            return exception is FileNotFoundException && Directory.Exists("/proc/self/fdinfo");
        }
    }
}
