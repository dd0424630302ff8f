using System.Diagnostics;
using Scoring.Client;
using Scoring.V1;

namespace Scoring.Cli.Bench;

/// <summary>Where every count stood at one time; two of them make the measured time.</summary>
/// <param name="Timestamp">In ticks of <see cref="Stopwatch"/>.</param>
/// <param name="Messages">Answers so far.</param>
/// <param name="ClientCpu">Processor time of this process.</param>
/// <param name="ClientAllocated">Bytes that this process has allocated on the managed heap.</param>
/// <param name="Server">What the server's process says of itself; null where it says nothing.</param>
internal sealed record Snapshot(long Timestamp, long Messages, TimeSpan ClientCpu, long ClientAllocated, Usage? Server)
{
    /// <summary>Asks the server, and counts then.</summary>
    /// <param name="control">A client on a connection of its own.</param>
    /// <param name="countMessages">Answers so far.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<Snapshot> TakeAsync(ScoringClient control, Func<long> countMessages, CancellationToken cancellationToken)
    {
        var server = (await control.ListHeadsAsync(new ListHeadsRequest(), cancellationToken).ConfigureAwait(false)).Usage;
        return new Snapshot(Stopwatch.GetTimestamp(), countMessages(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), server);
    }

    public ServerCost? CostSince(Snapshot before)
    {
        if (Server is null || before.Server is null)
        {
            return null;
        }

        double messages = Math.Max(Messages - before.Messages, 1);
        return new ServerCost(
            (Server.CpuNs - before.Server.CpuNs) / 1000.0 / messages,
            (Server.AllocatedBytes - before.Server.AllocatedBytes) / messages,
            before.Server.ResidentBytes,
            Server.ResidentBytes,
            Server.RentedBytes,
            Server.CompiledMethods - before.Server.CompiledMethods);
    }
}
