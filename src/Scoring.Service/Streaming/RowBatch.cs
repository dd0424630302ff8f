using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Scoring.Protocol;
using Scoring.Service.Hosting;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>
/// The messages of one stream that are scored together and answered with one flush. It owns each message's request and
/// response from <see cref="Add"/> until it is written or the batch is disposed.
/// </summary>
internal sealed class RowBatch(BatchSettings settings, RequestChecker checker, MessagePool pool, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>So that the client works on the first answers of a large batch while the last are still written.</summary>
    private const int FlushBytes = 128 << 10;

    private readonly List<Entry> _entries = [];

    /// <summary>When the first message came. Those that followed had arrived by then, or while it was read.</summary>
    private long _gatheringSince;

    public int Messages => _entries.Count;

    public int Rows { get; private set; }

    /// <summary>Bytes of logits and targets.</summary>
    public long Bytes { get; private set; }

    public bool IsFull => Rows >= settings.Rows || Bytes >= settings.Bytes || _entries.Count >= settings.Messages;

    /// <summary>Takes over a request that has arrived. The response, which stays the batch's, is what it will be answered with.</summary>
    public PooledScoreResponse Add(PooledScoreRequest request)
    {
        var response = pool.RentResponse();
        if (_entries.Count == 0)
        {
            _gatheringSince = time.GetTimestamp();
        }

        Bytes += ((long)request.Logits.Count * sizeof(float)) + request.Data.Count
            + ((long)(request.Targets.Count + request.TargetLabels.Count) * sizeof(uint)) + request.TargetLabels.Bytes;

        response.Id = request.Id;
        // In the batch first, so that nothing is lost whatever the check runs into.
        _entries.Add(new Entry(request, response, default));
        response.Error = checker.Check(request, out var plan);
        CollectionsMarshal.AsSpan(_entries)[^1].Plan = plan;
        Rows += plan.Rows;
        return response;
    }

    /// <summary>Scores every message that is well-formed. The requests' memory is used up by it.</summary>
    public void Score()
    {
        var start = time.GetTimestamp();
        foreach (var entry in _entries)
        {
            if (entry.Response.Error is null)
            {
                Score(entry);
            }
        }

        var queue = Nanoseconds(time.GetElapsedTime(_gatheringSince, start));
        var kernel = Nanoseconds(time.GetElapsedTime(start));
        foreach (var entry in _entries)
        {
            if (entry.Response.Error is null)
            {
                entry.Response.HasReceipt = true;
                entry.Response.QueueNs = queue;
                entry.Response.KernelNs = kernel;
                entry.Response.BatchRows = (uint)Rows;
                entry.Response.HeadRevision = entry.Plan.Head.Revision;
            }
        }
    }

    /// <summary>
    /// Writes every answer in order and leaves the batch empty. Nothing is flushed until the end, or past every <see cref="FlushBytes"/>; a flush
    /// waits while the client does not read.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ResponseFrames responses)
    {
        foreach (var entry in _entries)
        {
            if (responses.UnflushedBytes >= FlushBytes)
            {
                await responses.FlushAsync();
            }

            responses.Write(entry.Response);
        }

        Clear();
        await responses.FlushAsync();
    }

    public void Dispose() => Clear();

    /// <summary>Whatever goes wrong with one message is that message's error, and not the others'.</summary>
    private void Score(in Entry entry)
    {
        try
        {
            MessageScorer.Score(entry.Request, entry.Plan, entry.Response);
        }
        catch (Exception exception)
        {
            Log.ScoringFailed(logger, exception, entry.Request.Id);
            entry.Response.ClearResults();
            entry.Response.Error = ScoringErrors.Internal($"the service failed to score this message: {exception.GetType().Name}");
        }
    }

    private void Clear()
    {
        foreach (var entry in _entries)
        {
            entry.Request.Dispose();
            entry.Response.Dispose();
        }

        _entries.Clear();
        Rows = 0;
        Bytes = 0;
    }

    private static ulong Nanoseconds(TimeSpan time)
    {
        Debug.Assert(time >= TimeSpan.Zero, "Time does not run backwards.");
        return (ulong)time.Ticks * TimeSpan.NanosecondsPerTick;
    }

    private record struct Entry(PooledScoreRequest Request, PooledScoreResponse Response, ScoringPlan Plan);
}
