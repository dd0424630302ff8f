using System.Net;
using System.Runtime.InteropServices;
using Scoring.Cli.Bench;
using Scoring.Client;

namespace Scoring.Benchmarks.Service.Wire;

/// <summary>
/// A load that is cheaper than the server: one thread, bound to a processor of its own, that sends bytes made before and counts answers. This
/// project's client costs as much as its server or more, so that with it what is measured is a server that waits, whose batches are small; with this
/// it is a server at work. It is a closed loop over one connection, and takes of <see cref="LoadPlan"/> the rows, classes, streams, window, unary,
/// head and times.
/// </summary>
internal sealed class WireLoad : IDisposable
{
    /// <summary>For the answers to what is in flight at the end.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);

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
        await WaitAsync(running, _plan.WarmUp);
        var before = await TakeSnapshotAsync();
        _connection.MeasureFrom(before.Timestamp);
        await WaitAsync(running, _plan.Duration);
        var after = await TakeSnapshotAsync();
        _isStopped = true;
        await WaitAsync(running, LongestEnd);
        if (!running.IsCompleted)
        {
            throw new IOException($"the server left messages unanswered for {LongestEnd.TotalSeconds} s");
        }

        return LoadFigures.Between(before, after, Latency.Of(_lanes.Select(lane => lane.Latencies)));
    }

    /// <summary>Waits for as long as the load runs, and throws what ended it.</summary>
    private static async Task WaitAsync(Task running, TimeSpan time)
    {
        if (await Task.WhenAny(running, Task.Delay(time)) == running)
        {
            await running;
        }
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

    private Task<Snapshot> TakeSnapshotAsync() => Snapshot.TakeAsync(_control, () => _lanes.Sum(lane => lane.Answered), CancellationToken.None);

    [DllImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetAffinity(int thread, nint size, in ulong processors);
}
