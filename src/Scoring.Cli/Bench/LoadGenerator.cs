using System.Diagnostics;
using Grpc.Core;
using Scoring.Client;

namespace Scoring.Cli.Bench;

/// <summary>
/// Puts a load on a server, in a closed loop (each stream has a window of messages in flight) or, with a rate, in an open one, and
/// measures it from the middle of it: the streams run on from the warm-up through the measured time.
/// </summary>
internal sealed class LoadGenerator
{
    /// <summary>From the full load of the warm-up to an even rate.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private readonly LoadPlan _plan;
    private readonly ScoringClient _control;
    private readonly IReadOnlyList<LoadMessage> _messages;
    private readonly Pacer? _pacer;
    private readonly LoadFlow[] _flows;
    private readonly IProgress<LoadProgress>? _progress;

    private LoadGenerator(LoadPlan plan, ScoringClient control, Pacer? pacer, IProgress<LoadProgress>? progress)
    {
        (_plan, _control, _pacer, _progress) = (plan, control, pacer, progress);
        _messages = LoadMessage.CreateSeveral(plan);
        var (flows, window) = plan.Unary ? (plan.Window, 1) : (plan.Streams, plan.Window);
        _flows = [.. Enumerable.Range(0, flows).Select(_ => new LoadFlow(_messages, window, pacer))];
    }

    /// <summary>Runs the plan.</summary>
    /// <param name="plan">The load.</param>
    /// <param name="address">The server: <c>http://host:port</c>, <c>https://host:port</c> or <c>unix:/path</c>.</param>
    /// <param name="progress">Told each second how the run stands, if not null.</param>
    /// <param name="cancellationToken">Ends the run without a report.</param>
    /// <exception cref="IOException">The server cannot be reached.</exception>
    /// <exception cref="ScoringException">A call broke. A message that is refused is counted instead.</exception>
    public static async Task<LoadReport> RunAsync(
        LoadPlan plan, string address, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
    {
        var key = ServerKey.Read();
        // On a connection of its own, so that what it asks does not wait behind the load.
        await using var control = ScoringClient.Connect(address, new ScoringClientOptions { ApiKey = key });
        using var pacer = plan.Rate is { } rate ? new Pacer(rate) : null;
        var generator = new LoadGenerator(plan, control, pacer, progress);
        await generator.ReachAsync(address, cancellationToken).ConfigureAwait(false);

        // The windows are the flows'.
        // A call that was tried again would count as one that took longer.
        var options = new ScoringClientOptions
        {
            ApiKey = key,
            MaxAttempts = 1,
            MaxInFlightMessages = plan.Window,
            MaxInFlightBytes = long.MaxValue,
            StreamsOpenInference = plan.Protocol == LoadProtocol.Oip,
        };
        ScoringClient[] clients = [.. Enumerable.Range(0, plan.Connections).Select(_ => ScoringClient.Connect(address, options))];
        try
        {
            return await generator.RunAsync(clients, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var client in clients)
            {
                await client.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task ReachAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            await TakeSnapshotAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ScoringException exception) when (exception.Error.Code == StatusCode.Unavailable)
        {
            throw new IOException($"cannot reach {address}: {CommandRunner.Explain(exception)}", exception);
        }
    }

    private async Task<LoadReport> RunAsync(ScoringClient[] clients, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Task.WhenAll(_flows.Select((flow, i) => RunAsync(clients[i % clients.Length], flow, stop)));
        LoadReport? report = null;
        try
        {
            await WaitAsync("warming up", _plan.WarmUp, stop.Token).ConfigureAwait(false);
            if (_pacer is not null)
            {
                _pacer.Start();
                await Task.Delay(Settling, stop.Token).ConfigureAwait(false);
            }

            var before = await TakeSnapshotAsync(stop.Token).ConfigureAwait(false);
            foreach (var flow in _flows)
            {
                flow.MeasureFrom(before.Timestamp);
            }

            await WaitAsync("measuring", _plan.Duration, stop.Token).ConfigureAwait(false);
            var after = await TakeSnapshotAsync(stop.Token).ConfigureAwait(false);
            var unsent = _pacer?.CountOverdue() ?? 0;
            Array.ForEach(_flows, flow => flow.Stop());
            await running.ConfigureAwait(false);
            report = Report(before, after, unsent);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Either the caller's wish, or a flow that broke, which the next line tells of.
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
        await running.ConfigureAwait(false);
        return report!;
    }

    /// <summary>Keeps one flow going. One that breaks stops them all.</summary>
    private async Task RunAsync(ScoringClient client, LoadFlow flow, CancellationTokenSource stop)
    {
        try
        {
            await (_plan.Unary ? CallAsync(client, flow, stop.Token) : StreamAsync(client, flow, stop.Token)).ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task StreamAsync(ScoringClient client, LoadFlow flow, CancellationToken cancellationToken)
    {
        await foreach (var result in client.ScoreStreamAsync(flow, cancellationToken).ConfigureAwait(false))
        {
            flow.Take(result);
        }
    }

    private static async Task CallAsync(ScoringClient client, LoadFlow flow, CancellationToken cancellationToken)
    {
        await foreach (var request in flow.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                flow.Take(await client.ScoreAsync(request, cancellationToken).ConfigureAwait(false));
            }
            catch (ScoringException exception) when (exception.Id is not null)
            {
                flow.Take(exception.Error);
            }
        }
    }

    private async Task WaitAsync(string phase, TimeSpan time, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var (messages, reported) = (CountMessages(), TimeSpan.Zero);
        while (Stopwatch.GetElapsedTime(start) is var elapsed && elapsed < time)
        {
            var rest = time - elapsed;
            await Task.Delay(rest < ReportEvery ? rest : ReportEvery, cancellationToken).ConfigureAwait(false);

            var (messagesNow, now) = (CountMessages(), Stopwatch.GetElapsedTime(start));
            var perSecond = (messagesNow - messages) / (now - reported).TotalSeconds;
            _progress?.Report(new LoadProgress(phase, now, time, perSecond, _flows.Sum(flow => flow.Errors + flow.Wrong)));
            (messages, reported) = (messagesNow, now);
        }
    }

    private long CountMessages() => _flows.Sum(flow => flow.Answered);

    private Task<Snapshot> TakeSnapshotAsync(CancellationToken cancellationToken) => Snapshot.TakeAsync(_control, CountMessages, cancellationToken);

    private LoadReport Report(Snapshot before, Snapshot after, long unsent)
    {
        var messages = after.Messages - before.Messages;
        var seconds = Stopwatch.GetElapsedTime(before.Timestamp, after.Timestamp).TotalSeconds;
        var perSecond = messages / seconds;
        return new LoadReport
        {
            Plan = _plan,
            Seconds = seconds,
            Messages = messages,
            MessagesPerSecond = perSecond,
            RowsPerSecond = perSecond * _plan.Rows,
            RequestBytesPerSecond = perSecond * _messages[0].RequestBytes,
            ResponseBytesPerSecond = perSecond * _messages[0].ResponseBytes,
            Latency = Latency.Of(_flows.Select(flow => flow.Latencies)),
            ClientCpuMicrosecondsPerMessage = (after.ClientCpu - before.ClientCpu).TotalMicroseconds / Math.Max(messages, 1),
            ClientAllocatedBytesPerMessage = (after.ClientAllocated - before.ClientAllocated) / (double)Math.Max(messages, 1),
            Server = after.CostSince(before),
            Errors = _flows.Sum(flow => flow.Errors),
            Wrong = _flows.Sum(flow => flow.Wrong),
            FirstError = _flows.Select(flow => flow.FirstError).FirstOrDefault(error => error is not null),
            Unsent = unsent,
        };
    }
}
