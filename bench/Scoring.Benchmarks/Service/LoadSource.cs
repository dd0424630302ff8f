using Scoring.Benchmarks.Service.Wire;
using Scoring.Cli.Bench;

namespace Scoring.Benchmarks.Service;

/// <summary>A way to put a workload on a server that is compared with others.</summary>
/// <param name="Description">What the reader of the figures should know of it.</param>
/// <param name="ServerProcessors">The processors that the server is bound to, as taskset takes them; null for all.</param>
/// <param name="RunAsync">Puts a plan on the server at an address.</param>
internal sealed record LoadSource(string Description, string? ServerProcessors, Func<LoadPlan, string, Task<LoadFigures>> RunAsync)
{
    /// <summary>From one thread that is cheaper than the server, each with a processor.</summary>
    public static LoadSource OfWire { get; } = new(
        "servers bound to processor 0, the load's thread to processor 1",
        "0",
        (plan, address) => WireLoad.RunAsync(plan, address, processor: 1));

    /// <summary>From this project's client, on the processors that the server uses.</summary>
    public static LoadSource OfClient { get; } = new("load of this project's client, on the same processors", null, async (plan, address) =>
    {
        var report = await LoadGenerator.RunAsync(plan, address, progress: null, CancellationToken.None);
        return report.Errors + report.Wrong == 0
            ? new LoadFigures(report.MessagesPerSecond, report.ClientCpuMicrosecondsPerMessage, report.Latency, report.Server!)
            : throw new IOException($"{report.Errors} errors, the first of them {report.FirstError}");
    });

    /// <summary>
    /// What our programs have in their runtimeconfig.json, for the plain services as well: what is hot is compiled as soon as it has been called
    /// thirty times. On a processor that is never idle it waits a long time otherwise, and the code is the same in the end.
    /// </summary>
    private static readonly KeyValuePair<string, string>[] EarlyCompilation = [new("DOTNET_TC_CallCountingDelayMs", "1")];

    /// <summary>Starts a server that listens on the port it is given.</summary>
    public Task<ServerProcess> StartAsync(Func<int, IReadOnlyList<string>> server) => ServerProcess.StartAsync(
        port => ServerProcessors is null ? server(port) : ["taskset", "--cpu-list", ServerProcessors, .. server(port)],
        CancellationToken.None,
        EarlyCompilation);
}
