using System.Globalization;
using Scoring.Cli.Bench;

namespace Scoring.Benchmarks.Service;

/// <summary>
/// The service beside <see cref="PlainService"/>, each in a process of its own, under the same load from this one, turn by turn, so that
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
        Console.WriteLine("| | workload | plain: messages/s of server CPU | ours | ratio | plain: bytes allocated | ours | plain: p99 ms | ours | plain: methods compiled | ours |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var workload in Workload.All)
        {
            await PrintAsync(workload);
        }

        return 0;
    }

    private static async Task PrintAsync(Workload workload)
    {
        await using var plain = await ServerProcess.StartAsync(PlainServerCommand, CancellationToken.None);
        await using var ours = await ServerProcess.StartAsync(ServerProcess.ServeOnPort, CancellationToken.None);
        await WarmUpAsync(workload, plain);
        await WarmUpAsync(workload, ours);

        var rounds = new List<(LoadReport Plain, LoadReport Ours)>();
        for (var round = 0; round < Rounds; round++)
        {
            rounds.Add((await LoadAsync(workload, plain, WarmUp), await LoadAsync(workload, ours, WarmUp)));
        }

        // The ratio of each round before the median, since both sides of a round had the same machine.
        var ratio = Median.Of(rounds.Select(round => PerCpuSecond(round.Ours) / PerCpuSecond(round.Plain)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {workload.Name} | {workload.Description} | {Median.Of(rounds.Select(round => PerCpuSecond(round.Plain))):N0} | {Median.Of(rounds.Select(round => PerCpuSecond(round.Ours))):N0} | {ratio:F2} | {Median.Of(rounds.Select(round => Allocated(round.Plain))):N0} | {Median.Of(rounds.Select(round => Allocated(round.Ours))):N0} | {Median.Of(rounds.Select(round => round.Plain.Latency.P99 / 1000)):F2} | {Median.Of(rounds.Select(round => round.Ours.Latency.P99 / 1000)):F2} | {rounds.Max(round => round.Plain.Server!.CompiledMethods)} | {rounds.Max(round => round.Ours.Server!.CompiledMethods)} |"));
    }

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

    private static double Allocated(LoadReport report) => report.Server!.AllocatedBytesPerMessage;

    private static IReadOnlyList<string> PlainServerCommand(int port) =>
        [Environment.ProcessPath!, .. EntryAssembly(), PlainServer.Verb, port.ToString(CultureInfo.InvariantCulture)];

    /// <summary>What the host needs where this program runs as <c>dotnet file.dll</c>.</summary>
    private static IEnumerable<string> EntryAssembly() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(ServiceCommand).Assembly.Location] : [];
}
