using System.Globalization;
using System.Net.Sockets;
using Scoring.Benchmarks.Service;
using Scoring.Cli.Bench;

namespace Scoring.Benchmarks.Telemetry;

/// <summary>
/// What telemetry costs the service: the same load on one server to which nobody listens, or somebody does, turn by turn. With the last load, one
/// message of a hundred comes with a trace of its caller's, and so its batch is traced as well.
/// </summary>
internal static class TelemetryCommand
{
    private const int Rounds = 41;

    /// <summary>The first ones, to which nobody listens, are what all are compared with.</summary>
    private const int Controls = 2;

    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.25);

    /// <summary>Short, because the machine changes its speed from one second to the next.</summary>
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(0.75);

    private static readonly Variant[] Variants =
    [
        new("none", Listening.None),
        new("none, again", Listening.None),
        new("metrics", Listening.Metrics),
        new("metrics, 1 % of batches traced", Listening.MetricsAndTraces),
        new("metrics, 1 % of messages traced", Listening.MetricsAndTraces, TracedEvery: 100),
    ];

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Length > 0)
        {
            await Console.Error.WriteLineAsync("telemetry takes no arguments");
            return 2;
        }

        await using var sink = await OtlpSink.StartAsync();
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}; medians of {Rounds} rounds of {Measured.TotalSeconds} s, "
            + "over Unix domain sockets");
        Console.WriteLine();
        Console.WriteLine("| | telemetry | messages/s of server CPU | ratio | bytes allocated a message | p99 ms |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var workload in Workload.All.Take(2))
        {
            var rounds = await MeasureAsync(workload, sink);
            for (var i = 0; i < Variants.Length; i++)
            {
                Print(workload, rounds, i);
            }
        }

        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sink.Bytes / 1e6:F1} MB of telemetry were sent."));
        return 0;
    }

    /// <summary>For each round, what each variant reports.</summary>
    private static async Task<IReadOnlyList<LoadReport[]>> MeasureAsync(Workload workload, OtlpSink sink)
    {
        await using var server = await ServerProcess.StartAsync(
            socket => ["dotnet", typeof(TelemetryCommand).Assembly.Location, ListenedServer.Verb, socket, sink.Address],
            CancellationToken.None,
            ListenedServer.Environment);
        using var control = Control(ListenedServer.ControlSocket(server.Address["unix:".Length..]));
        foreach (var variant in Variants)
        {
            await LoadAsync(workload, variant, server, control, FirstWarmUp);
        }

        var random = new Random(1);
        var rounds = new List<LoadReport[]>();
        for (var round = 0; round < Rounds; round++)
        {
            // In another order each round, so that none always comes after the same.
            var turns = Enumerable.Range(0, Variants.Length).ToArray();
            random.Shuffle(turns);
            var reports = new LoadReport[Variants.Length];
            foreach (var variant in turns)
            {
                reports[variant] = await LoadAsync(workload, Variants[variant], server, control, WarmUp);
            }

            rounds.Add(reports);
        }

        return rounds;
    }

    private static async Task<LoadReport> LoadAsync(Workload workload, Variant variant, ServerProcess server, HttpClient control, TimeSpan warmUp)
    {
        using var switched = await control.PutAsync(variant.Listening.ToString(), content: null);
        switched.EnsureSuccessStatusCode();
        return await LoadGenerator.RunAsync(
            workload.Plan with { WarmUp = warmUp, Duration = Measured, TracedEvery = variant.TracedEvery },
            server.Address,
            progress: null,
            CancellationToken.None);
    }

    private static HttpClient Control(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://control/"),
    };

    private static void Print(Workload workload, IReadOnlyList<LoadReport[]> rounds, int variant)
    {
        // The ratio of each round before the median, since both sides of a round had the same machine.
        var ratio = Median.Of(rounds.Select(round => round.Take(Controls).Average(Cpu) / Cpu(round[variant])));
        LoadReport[] reports = [.. rounds.Select(round => round[variant])];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {workload.Name} | {Variants[variant].Name} | {1e6 / Median.Of(reports.Select(Cpu)):N0} | {ratio:F3} "
            + $"| {Median.Of(reports.Select(report => report.Server!.AllocatedBytesPerMessage)):N1} "
            + $"| {Median.Of(reports.Select(report => report.Latency.P99 / 1000)):F2} |"));
    }

    private static double Cpu(LoadReport report) => report.Server!.CpuMicrosecondsPerMessage;

    private sealed record Variant(string Name, Listening Listening, int TracedEvery = 0);
}
