using System.Globalization;

namespace Scoring.Faults.Servers;

/// <summary>What a process holds, as Linux tells it.</summary>
/// <param name="ResidentMiB">Memory.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Handles">Open sockets, pipes and files, but for the program's own assemblies, which are loaded when they are first needed.</param>
/// <param name="MostResidentMiB">The most memory that it had since it began.</param>
internal sealed record Resources(double ResidentMiB, int Threads, int Handles, double MostResidentMiB)
{
    /// <summary>More than this is a leak: the collector and the pools of .NET settle within it.</summary>
    private const double MemorySlackMiB = 64;
    private const int ThreadSlack = 8;
    private const int HandleSlack = 2;

    public static Resources Of(int process)
    {
        var status = File.ReadAllLines($"/proc/{process}/status");
        return new Resources(
            MiB("VmRSS:"),
            Directory.GetDirectories($"/proc/{process}/task").Length,
            Directory.GetFiles($"/proc/{process}/fd").Count(
                handle => new FileInfo(handle).LinkTarget is { } target && !target.EndsWith(".dll", StringComparison.Ordinal)),
            MiB("VmHWM:"));

        double MiB(string name)
        {
            var line = status.First(line => line.StartsWith(name, StringComparison.Ordinal));
            return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
    }

    /// <summary>Whether there is no more memory than before.</summary>
    public bool HoldsNoMoreThan(Resources before) => ResidentMiB <= before.ResidentMiB + MemorySlackMiB;

    /// <summary>What is held that was not before; null where that is nothing.</summary>
    /// <param name="before">What was held before.</param>
    /// <param name="movingHandles">How many more handles are no leak beside the usual.</param>
    public string? LeakSince(Resources before, int movingHandles = 0) =>
        Handles > before.Handles + HandleSlack + movingHandles ? $"{Handles - before.Handles} handles are left open"
        : Threads > before.Threads + ThreadSlack ? $"{Threads - before.Threads} threads are left"
        : !HoldsNoMoreThan(before) ? $"{ResidentMiB - before.ResidentMiB:0} MiB are left"
        : null;
}
