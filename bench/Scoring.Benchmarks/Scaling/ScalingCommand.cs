using System.Globalization;
using Scoring.Benchmarks.Service;
using Scoring.Cli.Bench;

namespace Scoring.Benchmarks.Scaling;

/// <summary>
/// What a message costs when there are more servers, or more cores for one, as pods would be: each is a process that is bound to its cores, with
/// clients of its own. The load generator runs on the same cores, so that what counts is the servers' processor time.
/// </summary>
internal static class ScalingCommand
{
    private const int Rounds = 3;

    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Length > 0)
        {
            await Console.Error.WriteLineAsync("scaling takes no arguments");
            return 2;
        }

        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}; medians of {Rounds} rounds of {Measured.TotalSeconds} s, "
            + "over loopback TCP");
        Console.WriteLine();
        Console.WriteLine("| | workload | servers | cores | messages/s | messages/s of server CPU | rows × classes/s of server CPU | beside one on "
            + "one core | p99 ms |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var workload in Workload.All.Where(workload => workload.Name is "A" or "B" or "C"))
        {
            await PrintAsync(workload);
        }

        return 0;
    }

    private static async Task PrintAsync(Workload workload)
    {
        var last = Environment.ProcessorCount - 1;
        Fleet[] fleets = [new(1, "0"), new(1, $"0-{last}"), new(2, "0"), new(2, $"0-{last}"), new(4, $"0-{last}")];
        var rounds = fleets.ToDictionary(fleet => fleet, _ => new List<FleetLoad>());
        var servers = new Dictionary<Fleet, ServerProcess[]>();
        try
        {
            foreach (var fleet in fleets)
            {
                servers[fleet] = await fleet.StartAsync();
                await LoadAsync(workload, servers[fleet], FirstWarmUp);
            }

            for (var round = 0; round < Rounds; round++)
            {
                foreach (var fleet in fleets)
                {
                    rounds[fleet].Add(await LoadAsync(workload, servers[fleet], WarmUp));
                }
            }
        }
        finally
        {
            foreach (var server in servers.Values.SelectMany(servers => servers))
            {
                await server.DisposeAsync();
            }
        }

        foreach (var fleet in fleets)
        {
            var loads = rounds[fleet];
            // The ratio of each round before the median, since all of a round had the same machine.
            var ratio = Median.Of(loads.Zip(rounds[fleets[0]], (load, one) => load.PerCpuSecond / one.PerCpuSecond));
            var perCpuSecond = Median.Of(loads.Select(load => load.PerCpuSecond));
            Console.WriteLine(
                $"| {workload.Name} | {workload.Description} | {fleet.Servers} | {fleet.Cores} | "
                + $"{Median.Of(loads.Select(load => load.PerSecond)):N0} | {perCpuSecond:N0} "
                + $"| {perCpuSecond * workload.Plan.Rows * workload.Plan.Classes / 1e6:N1} M | {ratio:0.00} | "
                + $"{Median.Of(loads.Select(load => load.P99Ms)):0.0} |");
        }
    }

    /// <summary>
    /// The same load on each server of a fleet at the same time: together as many messages in flight as one server alone would have.
    /// </summary>
    private static async Task<FleetLoad> LoadAsync(Workload workload, ServerProcess[] servers, TimeSpan warmUp)
    {
        var plan = workload.Plan with { Window = Math.Max(1, workload.Plan.Window / servers.Length), WarmUp = warmUp, Duration = Measured };
        var reports = await Task.WhenAll(
            servers.Select(server => LoadGenerator.RunAsync(plan, server.Address, progress: null, CancellationToken.None)));
        return new FleetLoad(
            reports.Sum(report => report.MessagesPerSecond),
            reports.Sum(report => report.Messages) * 1e6 / reports.Sum(report => report.Messages * report.Server!.CpuMicrosecondsPerMessage),
            reports.Max(report => report.Latency.P99) / 1000);
    }
}
