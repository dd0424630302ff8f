using System.Diagnostics;
using Grpc.Core;
using Scoring.Protocol;
using Scoring.Service.Hosting;

namespace Scoring.Service.Streaming;

/// <summary>
/// The messages of one stream that are scored together and answered with one flush. It owns each message's request and
/// response from <see cref="Add"/> until it is written or the batch is disposed.
/// </summary>
internal sealed class RowBatch(BatchSettings settings, RequestChecker checker, MessagePool pool, TimeProvider time) : IDisposable
{
    /// <summary>So that the client works on the first answers of a large batch while the last are still written.</summary>
    private const int FlushBytes = 128 << 10;

    private readonly List<Entry> _entries = [];

    public int Messages => _entries.Count;

    public int Rows { get; private set; }

    /// <summary>Bytes of logits.</summary>
    public long Bytes { get; private set; }

    public bool IsFull => Rows >= settings.Rows || Bytes >= settings.Bytes || _entries.Count >= settings.Messages;

    /// <summary>Takes over a request that has arrived. The response, which stays the batch's, is what it will be answered with.</summary>
    public PooledScoreResponse Add(PooledScoreRequest request)
    {
        var response = pool.RentResponse();
        response.Id = request.Id;
        response.Error = checker.Check(request, out var plan);
        _entries.Add(new Entry(request, response, plan, time.GetTimestamp()));
        Rows += plan.Rows;
        Bytes += ((long)request.Logits.Count * sizeof(float)) + request.Data.Count;
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
                MessageScorer.Score(entry.Request, entry.Plan, entry.Response);
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

    /// <summary>Writes every answer in order, flushes what was written at the end and on the way past every <see cref="FlushBytes"/>, and leaves the batch empty.</summary>
    public async Task WriteAsync(IServerStreamWriter<PooledScoreResponse> responses)
    {
        var unflushed = 0;
        for (var i = 0; i < _entries.Count; i++)
        {
            var response = _entries[i].Response;
            unflushed += response.Scores.Count * sizeof(float);
            var flush = i == _entries.Count - 1 || unflushed >= FlushBytes;
            responses.WriteOptions = flush ? Flush : MoreFollows;
            await responses.WriteAsync(response);
            unflushed = flush ? 0 : unflushed;
        }

        Clear();
    }

    public void Dispose() => Clear();

    private static WriteOptions Flush { get; } = new();

    private static WriteOptions MoreFollows { get; } = new(WriteFlags.BufferHint);

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
