using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;
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

    private static readonly WriteOptions Buffered = new(WriteFlags.BufferHint);

    private readonly List<Entry> _entries = [];

    public int Messages => _entries.Count;

    public int Rows { get; private set; }

    /// <summary>Bytes of logits and targets.</summary>
    public long Bytes { get; private set; }

    public bool IsFull => Rows >= settings.Rows || Bytes >= settings.Bytes || _entries.Count >= settings.Messages;

    /// <summary>Takes over a request that has arrived. The response, which stays the batch's, is what it will be answered with.</summary>
    public PooledScoreResponse Add(PooledScoreRequest request)
    {
        var response = pool.RentResponse();
        var entry = new Entry(request, response, default, time.GetTimestamp());
        _entries.Add(entry);
        Bytes += ((long)request.Logits.Count * sizeof(float)) + request.Data.Count
            + ((long)(request.Targets.Count + request.TargetLabels.Count) * sizeof(uint)) + request.TargetLabels.Bytes;

        response.Id = request.Id;
        response.Error = checker.Check(request, out var plan);
        _entries[^1] = entry with { Plan = plan };
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

        var kernel = Nanoseconds(time.GetElapsedTime(start));
        foreach (var entry in _entries)
        {
            if (entry.Response.Error is null)
            {
                entry.Response.HasReceipt = true;
                entry.Response.QueueNs = Nanoseconds(time.GetElapsedTime(entry.ArrivedAt, start));
                entry.Response.KernelNs = kernel;
                entry.Response.BatchRows = (uint)Rows;
                entry.Response.HeadRevision = entry.Plan.Head.Revision;
            }
        }
    }

    /// <summary>
    /// Writes every answer in order and leaves the batch empty. Nothing is flushed until the end, or past every <see cref="FlushBytes"/> of scores and labels; a flush
    /// waits while the client does not read.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(IServerStreamWriter<PooledScoreResponse> responses, PipeWriter body)
    {
        responses.WriteOptions = Buffered;
        var unflushed = 0;
        foreach (var entry in _entries)
        {
            if (unflushed >= FlushBytes)
            {
                await body.FlushAsync();
                unflushed = 0;
            }

            await responses.WriteAsync(entry.Response);
            unflushed += (entry.Response.Scores.Count * sizeof(float)) + (int)entry.Response.TopLabelBytes;
        }

        Clear();
        await body.FlushAsync();
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

    private readonly record struct Entry(PooledScoreRequest Request, PooledScoreResponse Response, ScoringPlan Plan, long ArrivedAt);
}
