using Scoring.Benchmarks.Service.Wire;
using Scoring.Cli.Bench;

namespace Scoring.Benchmarks.Service;

/// <summary>A way to put a workload on a server that is compared with others.</summary>
/// <param name="Description">What the reader of the figures should know of it.</param>
/// <param name="ServerProcessors">The processors that the server is bound to, as taskset takes them; null for all.</param>
/// <param name="RunAsync">Puts a plan on the server at an address.</param>
internal sealed record Load(string Description, string? ServerProcessors, Func<LoadPlan, string, Task<LoadFigures>> RunAsync)
{
    /// <summary>From one thread that costs next to nothing, on the last processor, while the server has the first.</summary>
    public static Load OfWire { get; } = new(
        "servers bound to processor 0, the load's thread to the last",
        "0",
        (plan, address) => WireLoad.RunAsync(plan, address, Environment.ProcessorCount - 1));

    /// <summary>From this project's client, on the processors that the server uses.</summary>
    public static Load OfClient { get; } = new("load of this project's client, on the same processors", null, async (plan, address) =>
    {
        var report = await LoadGenerator.RunAsync(plan, address, progress: null, CancellationToken.None);
        return new LoadFigures(report.MessagesPerSecond, report.ClientCpuMicrosecondsPerMessage, report.Latency, report.Server!);
    });

    /// <summary>
    /// What makes any .NET server compile what is hot as soon as it has been called thirty times. On a processor that is never idle it waits a long time
    /// otherwise; the code is the same in the end.
    /// </summary>
    private static readonly KeyValuePair<string, string>[] EarlyCompilation = [new("DOTNET_TC_CallCountingDelayMs", "0")];

    /// <summary>Starts a server that listens on the port it is given.</summary>
    public Task<ServerProcess> StartAsync(Func<int, IReadOnlyList<string>> server) => ServerProcess.StartAsync(
        port => ServerProcessors is null ? server(port) : ["taskset", "--cpu-list", ServerProcessors, .. server(port)],
        CancellationToken.None,
        EarlyCompilation);
}
