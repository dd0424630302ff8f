using System.Globalization;

namespace Scoring.Faults.Servers;

/// <summary>What a process holds, as Linux tells it.</summary>
/// <param name="ResidentMiB">Memory.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Handles">Open sockets, pipes and files, but for the program's own assemblies, which are loaded when they are first needed.</param>
internal sealed record Resources(double ResidentMiB, int Threads, int Handles)
{
    /// <summary>More than this is a leak: the collector and the pools of .NET settle within it.</summary>
    private const double MemorySlackMiB = 64;
    private const int ThreadSlack = 8;
    private const int HandleSlack = 2;

    public static Resources Of(int process)
    {
        var resident = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return new Resources(
            double.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024,
            Directory.GetDirectories($"/proc/{process}/task").Length,
            Directory.GetFiles($"/proc/{process}/fd").Count(handle => new FileInfo(handle).LinkTarget is { } target && !target.EndsWith(".dll", StringComparison.Ordinal)));
    }

    /// <summary>What is held that was not before; null where that is nothing.</summary>
    /// <param name="before">What was held before.</param>
    /// <param name="movingHandles">How many more handles are no leak beside the usual.</param>
    public string? LeakSince(Resources before, int movingHandles = 0) =>
        Handles > before.Handles + HandleSlack + movingHandles ? $"{Handles - before.Handles} handles are left open"
        : Threads > before.Threads + ThreadSlack ? $"{Threads - before.Threads} threads are left"
        : ResidentMiB > before.ResidentMiB + MemorySlackMiB ? $"{ResidentMiB - before.ResidentMiB:0} MiB are left"
        : null;
}
