using System.Globalization;

namespace Scoring.Faults.Servers;

/// <summary>What a process holds, as Linux tells it.</summary>
/// <param name="ResidentMiB">Memory.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Handles">Open sockets, pipes and files, but for the program's own assemblies, which are loaded when they are first needed.</param>
internal sealed record Resources(double ResidentMiB, int Threads, int Handles)
{
    public static Resources Of(int process)
    {
        var resident = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return new Resources(
            double.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024,
            Directory.GetDirectories($"/proc/{process}/task").Length,
            Directory.GetFiles($"/proc/{process}/fd").Count(handle => new FileInfo(handle).LinkTarget is { } target && !target.EndsWith(".dll", StringComparison.Ordinal)));
    }
}
