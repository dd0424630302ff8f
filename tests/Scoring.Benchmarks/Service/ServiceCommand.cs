using System.Globalization;
using Scoring.Cli.Bench;

namespace Scoring.Benchmarks.Service;

/// <summary>
/// The service beside two of <see cref="PlainService"/>, each in a process of its own, under the same load from this one, turn by turn, so that
/// what else the machine does falls on both. What counts is messages per second of the server's processor time; the load
/// generator has its own.
/// </summary>
internal static class ServiceCommand
{
    private const int Rounds = 3;

    private const int MostWarmUps = 10;
    private const ulong FewMethods = 5;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not ["--quick"])
        {
            await Console.Error.WriteLineAsync("service takes --quick and nothing else");
            return 2;
        }

        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}; medians of {Rounds} rounds of {Measured.TotalSeconds} s, over loopback TCP");
        Console.WriteLine();
        Console.WriteLine("Plain services: with a softmax of TensorPrimitives (T), and with a loop of MathF.Exp (M). Messages per second of server CPU, bytes allocated a message, p99 in ms, methods compiled meanwhile.");
        Console.WriteLine();
        Console.WriteLine("| | workload | messages/s, T | M | ours | ours / T | ours / M | bytes, T | M | ours | p99, T | M | ours | compiled, T | M | ours |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var workload in Workload.All)
        {
            await PrintAsync(workload);
        }

        return 0;
    }

    private static async Task PrintAsync(Workload workload)
    {
        await using var tensors = await ServerProcess.StartAsync(port => PlainCommand(PlainServer.TensorsVerb, port), CancellationToken.None);
        await using var mathF = await ServerProcess.StartAsync(port => PlainCommand(PlainServer.MathFVerb, port), CancellationToken.None);
        await using var ours = await ServerProcess.StartAsync(ServerProcess.ServeOnPort, CancellationToken.None);
        ServerProcess[] servers = [tensors, mathF, ours];
        foreach (var server in servers)
        {
            await WarmUpAsync(workload, server);
        }

        LoadReport[][] reports = [.. servers.Select(_ => new LoadReport[Rounds])];
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < servers.Length; i++)
            {
                reports[i][round] = await LoadAsync(workload, servers[i], WarmUp);
            }
        }

        IEnumerable<string> cells =
        [
            workload.Name,
            workload.Description,
            .. reports.Select(rounds => Cell(rounds, PerCpuSecond, "N0")),
            Ratio(reports[2], reports[0]),
            Ratio(reports[2], reports[1]),
            .. reports.Select(rounds => Cell(rounds, report => report.Server!.AllocatedBytesPerMessage, "N0")),
            .. reports.Select(rounds => Cell(rounds, report => report.Latency.P99 / 1000, "F2")),
            .. reports.Select(rounds => rounds.Max(report => report.Server!.CompiledMethods).ToString(CultureInfo.InvariantCulture)),
        ];
        Console.WriteLine($"| {string.Join(" | ", cells)} |");
    }

    private static string Cell(LoadReport[] rounds, Func<LoadReport, double> figure, string format) =>
        Median.Of(rounds.Select(figure)).ToString(format, CultureInfo.InvariantCulture);

    /// <summary>The ratio of each round before the median, since both sides of a round had the same machine.</summary>
    private static string Ratio(LoadReport[] ours, LoadReport[] plain) =>
        Median.Of(ours.Zip(plain, (our, their) => PerCpuSecond(our) / PerCpuSecond(their))).ToString("F2", CultureInfo.InvariantCulture);

    /// <summary>Until the compiler has next to nothing left to do: what is hot is then compiled for good.</summary>
    private static async Task WarmUpAsync(Workload workload, ServerProcess server)
    {
        for (var i = 0; i < MostWarmUps; i++)
        {
            if ((await LoadAsync(workload, server, WarmUp)).Server!.CompiledMethods <= FewMethods)
            {
                return;
            }
        }
    }

    private static Task<LoadReport> LoadAsync(Workload workload, ServerProcess server, TimeSpan warmUp) =>
        LoadGenerator.RunAsync(workload.Plan with { WarmUp = warmUp, Duration = Measured }, server.Address, progress: null, CancellationToken.None);

    private static double PerCpuSecond(LoadReport report) => 1e6 / report.Server!.CpuMicrosecondsPerMessage;

    private static IReadOnlyList<string> PlainCommand(string verb, int port) =>
        [Environment.ProcessPath!, .. EntryAssembly(), verb, port.ToString(CultureInfo.InvariantCulture)];

    /// <summary>What the host needs where this program runs as <c>dotnet file.dll</c>.</summary>
    private static IEnumerable<string> EntryAssembly() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(ServiceCommand).Assembly.Location] : [];
}
