using System.Diagnostics;
using Grpc.Core;
using Scoring.Kernels;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>The spans of one batch at a time: its own, and one for each of its messages that is traced. They link to one another.</summary>
internal sealed class BatchTrace(TimeProvider time)
{
    /// <summary>The spans of messages, and which message of the batch each is of.</summary>
    private readonly List<(Activity Span, int Message)> _messages = [];
    private Activity? _batch;
    private DateTimeOffset _arrival;

    /// <summary>Whether the batch has a span that is recorded, which it has where one of its messages does.</summary>
    public bool IsRecorded => _batch is not null;

    /// <summary>Messages whose spans are recorded.</summary>
    public int TracedMessages => _messages.Count;

    /// <summary>Starts the spans, as of the batch's arrival. The batch's is the current one from here on, where it is recorded.</summary>
    /// <param name="batch">What is about to be scored.</param>
    /// <param name="asksSampler">Whether the sampler is asked about a batch none of whose messages is traced.</param>
    public void Start(RowBatch batch, bool asksSampler)
    {
        if (!asksSampler && !HasTracedMessage(batch.Messages))
        {
            return;
        }

        _arrival = time.GetUtcNow() - batch.Clock.Total - time.GetElapsedTime(batch.Clock.Since);
        StartMessages(batch.Messages);
        if (!asksSampler && _messages.Count == 0)
        {
            return;
        }

        _batch = ScoringActivities.StartBatch(_arrival, Links());
        if (_batch is null)
        {
            return;
        }

        foreach (var (span, _) in _messages)
        {
            span.AddLink(new ActivityLink(_batch.Context));
        }

        Describe(batch);
    }

    /// <summary>Notes what came of each message that is traced.</summary>
    public void Record(ReadOnlySpan<BatchMessage> messages)
    {
        foreach (var (span, index) in _messages)
        {
            ref readonly var message = ref messages[index];
            var error = message.Response.Error;
            span.SetTag("scoring.message.rows", message.Plan.Rows);
            var status = StatusTags.Of((StatusCode)(error?.Code ?? 0));
            span.SetTag(status.Key, status.Value);
            if (error is not null)
            {
                span.SetStatus(ActivityStatusCode.Error, error.Message);
            }
        }
    }

    /// <summary>Makes the span of a message that is traced the current one, so that what is measured now points to it.</summary>
    public void Enter(int tracedMessage) => Activity.Current = _messages[tracedMessage].Span;

    /// <summary>Makes the span of the batch the current one, if it is recorded.</summary>
    public void EnterBatch() => Activity.Current = _batch;

    /// <summary>Ends the spans when the batch's clock did.</summary>
    public void Stop(in BatchClock clock, bool isAnswered)
    {
        var end = (_arrival + clock.Total).UtcDateTime;
        foreach (var (span, _) in _messages)
        {
            End(span, end, isAnswered);
        }

        _messages.Clear();
        if (_batch is not null)
        {
            AddStages(_batch, clock);
            End(_batch, end, isAnswered);
            _batch = null;
        }
    }

    private static bool HasTracedMessage(ReadOnlySpan<BatchMessage> messages)
    {
        foreach (ref readonly var message in messages)
        {
            if (message.Request.Traceparent.Length > 0)
            {
                return true;
            }
        }

        return false;
    }

    private void StartMessages(ReadOnlySpan<BatchMessage> messages)
    {
        for (var i = 0; i < messages.Length; i++)
        {
            var request = messages[i].Request;
            if (request.Traceparent.Length > 0 && ScoringActivities.StartMessage(request.Traceparent, _arrival) is { } span)
            {
                span.SetTag("scoring.message.id", request.Id);
                _messages.Add((span, i));
            }
        }
    }

    private static void End(Activity span, DateTime end, bool isAnswered)
    {
        if (!isAnswered)
        {
            span.SetStatus(ActivityStatusCode.Error, "the client was gone before it was answered");
        }

        span.SetEndTime(end);
        span.Stop();
    }

    private ActivityLink[] Links()
    {
        var links = _messages.Count == 0 ? [] : new ActivityLink[Math.Min(_messages.Count, ScoringActivities.MaxLinks)];
        for (var i = 0; i < links.Length; i++)
        {
            links[i] = new ActivityLink(_messages[i].Span.Context);
        }

        return links;
    }

    private void Describe(RowBatch batch)
    {
        var first = batch.Messages[0].Head;
        var isOneHead = true;
        foreach (ref readonly var message in batch.Messages)
        {
            isOneHead &= ReferenceEquals(message.Head, first);
        }

        _batch!.AddTag("scoring.batch.messages", batch.Messages.Length);
        _batch.AddTag("scoring.batch.rows", batch.Rows);
        _batch.AddTag("scoring.batch.bytes", batch.Bytes);
        _batch.AddTag("scoring.batch.traced_messages", _messages.Count);
        _batch.AddTag("scoring.head", isOneHead ? first?.Name ?? "unknown" : "mixed");
        if (isOneHead && first is not null)
        {
            _batch.AddTag("scoring.head.revision", (long)first.Revision);
        }

        _batch.AddTag("scoring.instruction_set", InstructionSet.Name);
    }

    /// <summary>One event for each stage, with what it took: encoding is told once, though large batches are flushed in between.</summary>
    private void AddStages(Activity batch, in BatchClock clock)
    {
        var start = _arrival;
        for (var stage = BatchStage.Decode; stage <= BatchStage.Flush; stage++)
        {
            var spent = clock.Spent(stage);
            batch.AddEvent(new ActivityEvent(
                ScoringActivities.NameOf(stage), start, new ActivityTagsCollection { ["scoring.stage.duration"] = spent.TotalSeconds }));
            start += spent;
        }
    }
}
