using System.Globalization;
using Scoring.Benchmarks.Service;
using Scoring.Cli.Bench;

namespace Scoring.Benchmarks.Telemetry;

/// <summary>
/// What telemetry costs the service: the same load on servers of which one measures nothing, one sends metrics, and one sends metrics and traces,
/// turn by turn as in <see cref="ServiceCommand"/>. One batch of a hundred begins a trace; with the last load, one message of a hundred comes
/// with a trace of its caller's, and so its batch is traced as well.
/// </summary>
internal static class TelemetryCommand
{
    private const int Rounds = 9;

    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Length > 1)
        {
            await Console.Error.WriteLineAsync("telemetry takes the path of another scoring program to compare with, or nothing");
            return 2;
        }

        await using var sink = await OtlpSink.StartAsync();
        await BatchCost.PrintAsync(sink);
        Console.WriteLine();
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}; medians of {Rounds} rounds of {Measured.TotalSeconds} s, over Unix domain sockets");
        Console.WriteLine();
        Console.WriteLine("| | telemetry | messages/s of server CPU | ratio | bytes allocated a message | p99 ms |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var workload in Workload.All.Take(2))
        {
            await PrintAsync(workload, Variants(sink, arguments));
        }

        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sink.Bytes / 1e6:F1} MB of telemetry were sent."));
        return 0;
    }

    /// <summary>The first is what the others are compared with.</summary>
    private static IReadOnlyList<Variant> Variants(OtlpSink sink, string[] otherProgram)
    {
        // What the compiler learns in one process and not in another can be a tenth of the speed, and is not what is measured here.
        KeyValuePair<string, string>[] same = [new("DOTNET_TieredPGO", "0")];
        KeyValuePair<string, string>[] metrics =
        [
            .. same,
            new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            new("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", $"{sink.Address}/v1/metrics"),
            new("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
        ];
        KeyValuePair<string, string>[] traces =
        [
            new("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{sink.Address}/v1/traces"),
            new("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
            new("OTEL_TRACES_SAMPLER_ARG", "0.01"),
        ];
        return
        [
            new("none", () => ServerProcess.StartAsync([], CancellationToken.None, same)),
            new("none, in another process", () => ServerProcess.StartAsync([], CancellationToken.None, same)),
            .. otherProgram.Select(path => new Variant("none, the other program", () => ServerProcess.StartAsync(
                socket => [path, "serve", "--unix-socket", socket, "--", "--Logging:LogLevel:Default=Warning"], CancellationToken.None, same))),
            new("metrics", () => ServerProcess.StartAsync([], CancellationToken.None, metrics)),
            new("metrics, 1 % of batches traced", () => ServerProcess.StartAsync([], CancellationToken.None, [.. metrics, .. traces])),
            new("metrics, 1 % of messages traced", () => ServerProcess.StartAsync([], CancellationToken.None, [.. metrics, .. traces])) { TracedEvery = 100 },
        ];
    }

    private static async Task PrintAsync(Workload workload, IReadOnlyList<Variant> variants)
    {
        var servers = new List<ServerProcess>();
        try
        {
            foreach (var variant in variants)
            {
                servers.Add(await variant.StartAsync());
                await LoadAsync(workload, variant, servers[^1], FirstWarmUp);
            }

            var rounds = new List<LoadReport[]>();
            for (var round = 0; round < Rounds; round++)
            {
                var reports = new LoadReport[servers.Count];
                for (var turn = 0; turn < servers.Count; turn++)
                {
                    // Another one begins each round, so that none always comes after the same.
                    var server = (round + turn) % servers.Count;
                    reports[server] = await LoadAsync(workload, variants[server], servers[server], WarmUp);
                }

                rounds.Add(reports);
            }

            for (var i = 0; i < variants.Count; i++)
            {
                Print(workload, variants[i], [.. rounds.Select(round => (round[0], round[i]))]);
            }
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    private static void Print(Workload workload, Variant variant, (LoadReport First, LoadReport This)[] rounds)
    {
        // The ratio of each round before the median, since both sides of a round had the same machine.
        var ratio = Median.Of(rounds.Select(round => PerCpuSecond(round.This) / PerCpuSecond(round.First)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {workload.Name} | {variant.Name} | {Median.Of(rounds.Select(round => PerCpuSecond(round.This))):N0} | {ratio:F3} | {Median.Of(rounds.Select(round => round.This.Server!.AllocatedBytesPerMessage)):N1} | {Median.Of(rounds.Select(round => round.This.Latency.P99 / 1000)):F2} |"));
    }

    private static Task<LoadReport> LoadAsync(Workload workload, Variant variant, ServerProcess server, TimeSpan warmUp) => LoadGenerator.RunAsync(
        workload.Plan with { WarmUp = warmUp, Duration = Measured, TracedEvery = variant.TracedEvery }, server.Address, progress: null, CancellationToken.None);

    private static double PerCpuSecond(LoadReport report) => 1e6 / report.Server!.CpuMicrosecondsPerMessage;

    private sealed record Variant(string Name, Func<Task<ServerProcess>> StartAsync)
    {
        public int TracedEvery { get; init; }
    }
}
