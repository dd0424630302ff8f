using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Scoring.Cli.Bench;
using Scoring.Client;
using Scoring.V1;

namespace Scoring.Benchmarks.Service.Wire;

/// <summary>
/// A load that costs next to nothing to generate: one thread, bound to a processor of its own, that sends bytes made before and counts answers. A gRPC client costs as
/// much as the server or more, so that with one what is measured is a server that waits, whose batches are small; with this it is a server at work. It keeps
/// to a closed loop over one connection, and to what <see cref="LoadPlan"/> calls rows, classes, streams, window, unary and head.
/// </summary>
internal sealed class WireLoad : IDisposable
{
    private readonly LoadPlan _plan;
    private readonly ScoringClient _control;
    private readonly WireLane[] _lanes;
    private readonly WireConnection _connection;
    private readonly int _processor;
    private volatile bool _isStopped;

    private WireLoad(LoadPlan plan, IPEndPoint server, ScoringClient control, int processor)
    {
        (_plan, _control, _processor) = (plan, control, processor);
        var request = new WireRequest(plan);
        _lanes = [.. Enumerable.Range(0, plan.Unary ? plan.Window : plan.Streams).Select(_ => new WireLane(request))];
        _connection = new WireConnection(server, request, _lanes);
    }

    /// <summary>Runs the plan.</summary>
    /// <param name="plan">The load.</param>
    /// <param name="address">The server, as <c>http://address:port</c>.</param>
    /// <param name="processor">What the thread is bound to, from 0.</param>
    /// <exception cref="IOException">The server did not answer as it must.</exception>
    public static async Task<LoadFigures> RunAsync(LoadPlan plan, string address, int processor)
    {
        await using var control = ScoringClient.Connect(address);
        using var load = new WireLoad(plan, IPEndPoint.Parse(new Uri(address).Authority), control, processor);
        return await load.RunAsync();
    }

    public void Dispose() => _connection.Dispose();

    private async Task<LoadFigures> RunAsync()
    {
        var running = Task.Factory.StartNew(Drive, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAny(running, Task.Delay(_plan.WarmUp));
        var before = await TakeSnapshotAsync();
        _connection.MeasureFrom(before.Timestamp);
        await Task.WhenAny(running, Task.Delay(_plan.Duration));
        var after = await TakeSnapshotAsync();
        _isStopped = true;
        await running;
        return LoadFigures.Between(before, after, Latency.Of(_lanes.Select(lane => lane.Latencies)));
    }

    private void Drive()
    {
        const int ThisThread = 0;
        if (SetAffinity(ThisThread, sizeof(ulong), 1UL << _processor) != 0)
        {
            throw new IOException($"cannot bind a thread to processor {_processor}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        _connection.Run(() => _isStopped);
    }

    private async Task<Snapshot> TakeSnapshotAsync()
    {
        Usage? server = (await _control.ListHeadsAsync(CancellationToken.None)).Usage;
        return new Snapshot(Stopwatch.GetTimestamp(), _lanes.Sum(lane => lane.Answered), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), server);
    }

    [DllImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetAffinity(int thread, nint size, in ulong processors);
}
