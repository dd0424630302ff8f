using Grpc.Core;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.Service.Security;
using Scoring.Service.Streaming;
using Scoring.V1;

namespace Scoring.Service.Evaluation;

/// <summary>
/// The messages of one call, one at a time: the rows of a message are checked and used, and their memory is given back, before the next message is
/// read.
/// </summary>
internal sealed class EvaluationStream(
    IAsyncStreamReader<PooledScoreRequest> requests,
    Caller caller,
    EvaluationChecker checker,
    CallMemory memory,
    StreamWatch watch,
    EvaluationIdle idle,
    MessagePool pool,
    TimeProvider time)
{
    /// <summary>What is waited for at a time: a timer cannot wait for as long as a bucket may need.</summary>
    private const uint MostWaitMs = 3_600_000;

    private EvaluationPlan? _plan;
    private long _messages;
    private long _rows;

    /// <summary>Hands the rows of every message to <paramref name="use"/>, which may refuse them.</summary>
    /// <returns>How all rows were to be measured; there was at least one.</returns>
    /// <exception cref="RpcException">A message, or the whole stream, cannot be used.</exception>
    public async Task<EvaluationPlan> ReadAllAsync(Func<EvaluationPlan, EvaluationRows, Error?> use, CancellationToken stop)
    {
        while (true)
        {
            watch.WaitsForMessage();
            await memory.WaitForRoomAsync(stop);
            idle.Start();
            if (!await requests.MoveNext(stop))
            {
                watch.Rests();
                break;
            }

            idle.Stop();
            watch.HasMessage();
            var bytes = EvaluationRows.Bytes(requests.Current);
            if (bytes > RowBatch.BytesOfLargeBatch)
            {
                await memory.HoldAnswersAsync(bytes, stop);
            }

            if (memory.Turns is { } turns && turns.AreNeeded(bytes > LongMessages.BytesToMeasure))
            {
                await turns.Next(stop);
            }

            var rowsBefore = _rows;
            Use(requests.Current, use);
            _messages++;
            await (memory.Turns?.LeaveAsync() ?? ValueTask.CompletedTask);
            // Who is held back keeps nothing that others may wait for, and pays before the next message is read.
            memory.ReleaseUnfinished();
            memory.Release();
            await HoldBackAsync(static limit => limit.TakeMessage(), stop);
            await HoldBackAsync(limit => limit.TakeRows((int)(_rows - rowsBefore)), stop);
        }

        return _rows > 0
            ? _plan!
            : throw CallStatus.Refusal(ScoringErrors.InvalidArgument($"the stream has no rows to measure, in {Plural.Of(_messages, "message")}"));
    }

    /// <summary>Waits while the caller is over its limit. To refuse a message would be to throw away those before it.</summary>
    private async ValueTask HoldBackAsync(Func<CallerLimit, Error?> take, CancellationToken stop)
    {
        while (caller.Limit is { } limit && take(limit) is { } exhausted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(exhausted.RetryAfterMs, MostWaitMs)), time, stop);
        }
    }

    private void Use(PooledScoreRequest message, Func<EvaluationPlan, EvaluationRows, Error?> use)
    {
        memory.Content = null;
        using var request = message;
        using var rows = new EvaluationRows(pool.Buffers);
        if ((checker.Read(request, caller, _plan, rows, out _plan) ?? use(_plan!, rows)) is { } error)
        {
            throw EvaluationException.From(error, _messages, _rows);
        }

        _rows += rows.Logits.Count / _plan!.Classes;
    }
}
