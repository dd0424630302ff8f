using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Grpc.Core;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.Service.Memory;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Telemetry;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>
/// The messages of one stream that are scored together and answered with one flush. It owns each message's request and
/// response from <see cref="Add"/> until it is written or the batch is disposed.
/// </summary>
internal sealed class RowBatch(
    BatchSettings settings, IMessageCodec codec, RequestPlanner planner, Caller caller, MessagePool pool, TimeProvider time,
    FailureLog failures) : IDisposable
{
    /// <summary>
    /// Up to here what is made for a batch's answers is not counted before it is made: no batch waits for it to be read while it is more than the
    /// transport buffers of a stream.
    /// </summary>
    public const int BytesOfLargeBatch = 256 << 10;

    /// <summary>So that the client works on the first answers of a large batch while the last are still written.</summary>
    private const int FlushBytes = 128 << 10;

    private delegate void Step<T>(T state, ref BatchMessage message);

    /// <summary>Room for the one message of a unary call; a stream keeps the list for all its batches.</summary>
    private readonly List<BatchMessage> _messages = new(1);
    private BatchClock _clock = new(time);

    /// <summary>What the answers take on the wire at most.</summary>
    private long _answerBytes;

    /// <summary>The messages, until they are written.</summary>
    public ReadOnlySpan<BatchMessage> Messages => CollectionsMarshal.AsSpan(_messages);

    public int Rows { get; private set; }

    /// <summary>Bytes of logits and targets.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether it may take long. A short batch is not looked at: it is over sooner than that.</summary>
    public bool IsLong => (Bytes > LongMessages.BytesOfShort || _answerBytes > BytesOfLargeBatch) && LongMessages.AreLong(Bytes, Cost());

    /// <summary>Where the time goes, or went once the batch is written or disposed.</summary>
    public ref readonly BatchClock Clock => ref _clock;

    public bool IsFull => Rows >= settings.Rows || Bytes >= settings.Bytes || _messages.Count >= settings.Messages;

    /// <summary>Whether what is made for the answers is to be counted before it is made.</summary>
    public bool IsLarge => Bytes > BytesOfLargeBatch;

    /// <summary>About what the answers take: as they are made, with what that needs besides, and again on the wire.</summary>
    public long AnswerBytes()
    {
        var bytes = 0L;
        foreach (ref readonly var message in Messages)
        {
            bytes += message.Response.Error is null ? (2 * message.Plan.AnswerBytes) + AnswerSize.Besides(message.Plan, message.Request) : 0;
        }

        return bytes;
    }

    /// <summary>
    /// Called before the look at what has arrived which may find the first message. Those that follow had arrived by then, or while it was read.
    /// </summary>
    public void Begin() => _clock.Start();

    /// <summary>Takes over a request that has arrived. The response, which stays the batch's, is what it will be answered with.</summary>
    public PooledScoreResponse Add(PooledScoreRequest request)
    {
        var response = pool.RentResponse();
        Bytes += ((long)request.Logits.Count * sizeof(float)) + request.Data.Count
            + ((long)(request.Targets.Count + request.TargetLabels.Count) * sizeof(uint)) + request.TargetLabels.Bytes;

        response.Answer(request);
        // In the batch first, so that nothing is lost whatever the check runs into.
        _messages.Add(new BatchMessage(request, response, default));
        Guard(ref CollectionsMarshal.AsSpan(_messages)[^1], this, static (batch, ref message) => batch.Admit(ref message));
        return response;
    }

    /// <summary>No message joins any longer. Called where something is waited for before they are scored.</summary>
    public void Close() => _clock.Enter(BatchStage.Queue);

    /// <summary>Scores every message that is well-formed. The requests' memory is used up by it.</summary>
    /// <param name="memory">What the batch counts against from here on.</param>
    /// <param name="telemetry">What is told of it; null where nobody listens.</param>
    public void Score(CallMemory memory, BatchTelemetry? telemetry)
    {
        Close();
        memory.Hold(Bytes);
        telemetry?.Start();
        ScoreMessages();
        telemetry?.RecordOutcomes();
    }

    private void ScoreMessages()
    {
        _clock.Enter(BatchStage.Kernel);
        foreach (ref var message in CollectionsMarshal.AsSpan(_messages))
        {
            if (message.Response.Error is null)
            {
                Guard(ref message, this, static (_, ref message) => MessageScorer.Score(message.Request, message.Plan, message.Response));
            }
        }

        _clock.Enter(BatchStage.Encode);
        var queue = Nanoseconds(_clock.Spent(BatchStage.Decode) + _clock.Spent(BatchStage.Queue));
        var kernel = Nanoseconds(_clock.Spent(BatchStage.Kernel));
        foreach (var message in _messages)
        {
            if (message.Response.Error is null)
            {
                message.Response.HasReceipt = true;
                message.Response.QueueNs = queue;
                message.Response.KernelNs = kernel;
                message.Response.BatchRows = (uint)Rows;
                message.Response.HeadRevision = message.Plan.Head.Revision;
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
        try
        {
            for (var i = 0; i < _messages.Count; i++)
            {
                if (responses.UnflushedBytes >= FlushBytes)
                {
                    _clock.Enter(BatchStage.Flush);
                    await responses.FlushAsync();
                    _clock.Enter(BatchStage.Encode);
                }

                Write(ref CollectionsMarshal.AsSpan(_messages)[i], responses);
            }

            Clear();
            _clock.Enter(BatchStage.Flush);
            await responses.FlushAsync();
        }
        finally
        {
            _clock.Stop();
        }
    }

    /// <summary>Called where the answers are somebody else's to write.</summary>
    public void HandOver() => _clock.Enter(BatchStage.Flush);

    public void Dispose()
    {
        _clock.Stop();
        Clear();
    }

    /// <summary>
    /// Finds what the message asks for, or the error of one that is not to be scored: the caller has sent too much, may not use the head, or has made
    /// a mistake.
    /// </summary>
    private void Admit(ref BatchMessage message)
    {
        if (message.Request.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        ScoringPlan plan = default;
        var limit = caller.Limit;
        message.Response.Error = limit?.TakeMessage() ?? planner.Plan(message.Request, codec, caller, out plan);
        message.Response.Error ??= limit?.TakeRows(plan.Rows);
        if (message.Response.Error is null)
        {
            message.Plan = plan;
            Rows += plan.Rows;
            _answerBytes += plan.AnswerBytes;
        }
    }

    private void Write(ref BatchMessage message, ResponseFrames responses)
    {
        if (!Guard(ref message, responses, static (responses, ref message) => responses.Write(message.Response)))
        {
            // An error has nothing that could fail again.
            responses.Write(message.Response);
        }
    }

    /// <summary>
    /// Takes a message one step of its way. Whatever goes wrong there, from its checking to the last byte of its answer, is that message's error and
    /// not the others', unless there is nobody any more who could be told.
    /// </summary>
    private bool Guard<T>(ref BatchMessage message, T state, Step<T> step)
    {
        try
        {
            step(state, ref message);
            return true;
        }
        catch (Exception exception) when (exception is not (RpcException or IOException))
        {
            message.Response.ClearResults();
            message.Response.Error = ErrorOf(exception, message.Request.Id);
            return false;
        }
    }

    private Error ErrorOf(Exception exception, ulong id)
    {
        if (exception is OutOfMemoryException full)
        {
            failures.OutOfMemory(full);
            return ScoringErrors.Exhausted("the server has no memory for this message", ServerMemory.RetryAfterMs);
        }

        failures.MessageFailed(exception, id);
        return ScoringErrors.Internal($"the service failed at this message: {exception.GetType().Name}");
    }

    /// <summary>In nanoseconds.</summary>
    private long Cost()
    {
        var cost = 0L;
        foreach (ref readonly var message in Messages)
        {
            cost += message.Response.Error is null ? MessageCost.Of(message.Plan, message.Request) : 0;
        }

        return cost;
    }

    private void Clear()
    {
        foreach (var message in _messages)
        {
            message.Request.Dispose();
            message.Response.Dispose();
        }

        _messages.Clear();
        Rows = 0;
        Bytes = 0;
        _answerBytes = 0;
    }

    private static ulong Nanoseconds(TimeSpan time) => (ulong)time.Ticks * TimeSpan.NanosecondsPerTick;
}
