using System.Globalization;
using System.Net.Sockets;
using Scoring.Cli.Bench;
using Scoring.Client;

namespace Scoring.Benchmarks.Service;

/// <summary>
/// The service beside two of <see cref="PlainService"/>, each in a process of its own, under the same load, turn by turn, so that what else the
/// machine does falls on all. What counts is messages per second of the server's processor time; the load generator has its own.
/// </summary>
internal static class ServiceCommand
{
    private const int Rounds = 3;

    /// <summary>New processes each time: what the compiler makes of the same code differs from one to the next, by more than rounds do.</summary>
    private const int Pairs = 5;

    private const int ShortLoads = 30;
    private const int MostWarmUps = 12;
    private const ulong FewMethods = 10;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(0.05);

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not (["--quick" or "--windows" or "--client"] or ["--against", _, ..]))
        {
            await Console.Error.WriteLineAsync(
                "service takes --quick, --windows, --client, or --against with the path of another build's scoring and the names of workloads");
            return 2;
        }

        if (arguments is not ["--client"] && (Environment.ProcessorCount == 1 || !OperatingSystem.IsLinux()))
        {
            await Console.Error.WriteLineAsync($"service {arguments[0]} needs Linux and two processors, one for the server and one for the load");
            return 1;
        }

        try
        {
            await (arguments switch
            {
                ["--quick"] => CompareAsync(LoadSource.OfWire),
                ["--windows"] => SlowDownAsync(),
                ["--against", var other, .. var names] => PairAsync(LoadSource.OfWire, Path.GetFullPath(other), names),
                _ => CompareAsync(LoadSource.OfClient),
            });
            return 0;
        }
        catch (Exception exception) when (exception is IOException or SocketException or ScoringException)
        {
            await Console.Error.WriteLineAsync($"service {arguments[0]}: {exception.Message}");
            return 1;
        }
    }

    private static async Task CompareAsync(LoadSource load)
    {
        WriteConditions(load);
        Console.WriteLine("Plain services: with a softmax of TensorPrimitives (T), and with a loop of MathF.Exp (M). Messages per second of server "
            + "CPU, bytes allocated a message, p99 in ms, methods compiled meanwhile, processor time of the load in µs a message of ours.");
        Console.WriteLine();
        Console.WriteLine("| | workload | messages/s, T | M | ours | ours / T | ours / M | bytes, T | M | ours | p99, T | M | ours | compiled, T | M "
            + "| ours | load |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var workload in Workload.All)
        {
            await CompareAsync(load, workload);
        }
    }

    private static async Task CompareAsync(LoadSource load, Workload workload)
    {
        await using var tensors = await load.StartAsync(port => PlainCommand(PlainServer.TensorsVerb, port));
        await using var mathF = await load.StartAsync(port => PlainCommand(PlainServer.MathFVerb, port));
        await using var ours = await load.StartAsync(ServerProcess.ServeOnPort);
        var figures = await RunInTurnsAsync(load, workload, [tensors, mathF, ours], Rounds);
        WriteRow(
        [
            workload.Name,
            workload.Description,
            .. figures.Select(rounds => Cell(rounds, round => round.PerServerCpuSecond, "N0")),
            Ratio(figures[2], figures[0]),
            Ratio(figures[2], figures[1]),
            .. figures.Select(rounds => Cell(rounds, round => round.Server.AllocatedBytesPerMessage, "N0")),
            .. figures.Select(rounds => Cell(rounds, round => round.Latency.P99 / 1000, "F2")),
            .. figures.Select(rounds => rounds.Max(round => round.Server.CompiledMethods).ToString(CultureInfo.InvariantCulture)),
            Cell(figures[2], round => round.ClientCpuMicrosecondsPerMessage, "F2"),
        ]);
    }

    /// <summary>The rounds of each server, once it is warm. Each comes first as often.</summary>
    private static async Task<LoadFigures[][]> RunInTurnsAsync(LoadSource load, Workload workload, ServerProcess[] servers, int rounds)
    {
        foreach (var server in servers)
        {
            await WarmUpAsync(load, workload, server);
        }

        LoadFigures[][] figures = [.. servers.Select(_ => new LoadFigures[rounds])];
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < servers.Length; turn++)
            {
                var i = (turn + round) % servers.Length;
                figures[i][round] = await RunAsync(load, workload.Plan, servers[i]);
            }
        }

        return figures;
    }

    /// <summary>This build beside another, under all workloads or some.</summary>
    private static async Task PairAsync(LoadSource load, string other, string[] names)
    {
        WriteConditions(load);
        Console.WriteLine("| | workload | messages/s of server CPU, other | this | this / other | in each round | p99 in ms, other | this |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var workload in Workload.All.Where(workload => names.Length == 0 || names.Contains(workload.Name)))
        {
            LoadFigures[][] figures = [[], []];
            for (var pair = 0; pair < Pairs; pair++)
            {
                await using var others = await load.StartAsync(port => ServerProcess.ServeOnPort([other], port));
                await using var ours = await load.StartAsync(ServerProcess.ServeOnPort);
                var rounds = await RunInTurnsAsync(load, workload, [others, ours], Rounds);
                figures = [[.. figures[0], .. rounds[0]], [.. figures[1], .. rounds[1]]];
            }

            WriteRow(
            [
                workload.Name,
                workload.Description,
                .. figures.Select(rounds => Cell(rounds, round => round.PerServerCpuSecond, "N0")),
                Ratio(figures[1], figures[0]),
                string.Join(", ", figures[1].Zip(
                    figures[0], (our, their) => (our.PerServerCpuSecond / their.PerServerCpuSecond).ToString("F2", CultureInfo.InvariantCulture))),
                .. figures.Select(rounds => Cell(rounds, round => round.Latency.P99 / 1000, "F2")),
            ]);
        }
    }

    /// <summary>What small messages, those of A and B, wait for where there are fewer in flight, down from full load.</summary>
    private static async Task SlowDownAsync()
    {
        var load = LoadSource.OfWire;
        WriteConditions(load);
        Console.WriteLine("| | window | messages/s | of full load | p50, µs | p99, µs | p99.9, µs |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var workload in Workload.All.Take(2))
        {
            await using var server = await load.StartAsync(ServerProcess.ServeOnPort);
            await WarmUpAsync(load, workload, server);
            double? full = null;
            foreach (var window in new[] { workload.Plan.Window, 32, 20, 16, 12, 8, 6, 4, 1 })
            {
                var rounds = new LoadFigures[Rounds];
                for (var round = 0; round < Rounds; round++)
                {
                    rounds[round] = await RunAsync(load, workload.Plan with { Window = window }, server);
                }

                var perSecond = Median.Of(rounds.Select(round => round.MessagesPerSecond));
                full ??= perSecond;
                WriteRow(
                [
                    workload.Name,
                    window.ToString(CultureInfo.InvariantCulture),
                    perSecond.ToString("N0", CultureInfo.InvariantCulture),
                    (perSecond / full.Value).ToString("F2", CultureInfo.InvariantCulture),
                    Cell(rounds, round => round.Latency.P50, "N0"),
                    Cell(rounds, round => round.Latency.P99, "N0"),
                    Cell(rounds, round => round.Latency.P999, "N0"),
                ]);
            }
        }
    }

    private static void WriteConditions(LoadSource load)
    {
        Console.WriteLine($"{Environment.ProcessorCount} processors, .NET {Environment.Version}; medians of rounds of {Measured.TotalSeconds} s, "
            + $"over loopback TCP; {load.Description}");
        Console.WriteLine();
    }

    private static void WriteRow(IEnumerable<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");

    private static string Cell(LoadFigures[] rounds, Func<LoadFigures, double> figure, string format) =>
        Median.Of(rounds.Select(figure)).ToString(format, CultureInfo.InvariantCulture);

    /// <summary>The ratio of each round before the median, since both sides of a round had the same machine.</summary>
    private static string Ratio(LoadFigures[] ours, LoadFigures[] plain) =>
        Median.Of(ours.Zip(plain, (our, their) => our.PerServerCpuSecond / their.PerServerCpuSecond)).ToString("F2", CultureInfo.InvariantCulture);

    /// <summary>
    /// Until the compiler has next to nothing left to do: what is hot is then compiled for good. Short loads come first, so that what a connection
    /// calls once is compiled by then as well, and not while it is measured.
    /// </summary>
    private static async Task WarmUpAsync(LoadSource load, Workload workload, ServerProcess server)
    {
        for (var i = 0; i < ShortLoads; i++)
        {
            await load.RunAsync(workload.Plan with { WarmUp = Moment, Duration = Moment }, server.Address);
        }

        for (var i = 0; i < MostWarmUps; i++)
        {
            if ((await RunAsync(load, workload.Plan, server)).Server.CompiledMethods <= FewMethods)
            {
                return;
            }
        }

        await Console.Error.WriteLineAsync($"{workload.Name}: {server.Address} still compiles after {MostWarmUps} rounds of warm-up");
    }

    private static Task<LoadFigures> RunAsync(LoadSource load, LoadPlan plan, ServerProcess server) =>
        load.RunAsync(plan with { WarmUp = WarmUp, Duration = Measured }, server.Address);

    private static IReadOnlyList<string> PlainCommand(string verb, int port) =>
        [Environment.ProcessPath!, .. EntryAssembly(), verb, port.ToString(CultureInfo.InvariantCulture)];

    /// <summary>What the host needs where this program runs as <c>dotnet file.dll</c>.</summary>
    private static IEnumerable<string> EntryAssembly() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(ServiceCommand).Assembly.Location] : [];
}
