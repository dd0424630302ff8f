using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;

namespace Scoring.Client.Streams;

/// <summary>
/// The traces of the messages of one stream that are sent and not yet answered, in order; of those that have any. One task sends, one receives.
/// </summary>
internal sealed class MessageSpans
{
    private readonly ConcurrentQueue<(long Number, Activity? Span, string Traceparent)> _open = new();

    /// <summary>Of the sending task.</summary>
    private long _sent;

    /// <summary>Of the receiving task.</summary>
    private long _answered;

    /// <summary>What a message carries as its trace: its span starts when it is sent first, and is the same when it is sent again.</summary>
    public string Sent(Activity? caller, in InFlightMessage message)
    {
        var number = message.Number;
        if (number <= _sent)
        {
            return _open.FirstOrDefault(open => open.Number == number).Traceparent ?? message.Request.Traceparent;
        }

        _sent = number;
        var span = ClientActivities.Start(caller, message.Request, message.Id, out var traceparent);
        if (span is not null || traceparent != message.Request.Traceparent)
        {
            _open.Enqueue((number, span, traceparent));
        }

        return traceparent;
    }

    /// <summary>Called for each answer.</summary>
    public void Answered(ScoreError? error)
    {
        _answered++;
        if (_open.TryPeek(out var oldest) && oldest.Number == _answered && _open.TryDequeue(out _))
        {
            ClientActivities.End(oldest.Span, error);
        }
    }

    /// <summary>Ends the spans of the messages that have no answer when the stream is over.</summary>
    public void Abandon()
    {
        while (_open.TryDequeue(out var unanswered))
        {
            ClientActivities.End(unanswered.Span, new ScoreError(StatusCode.Unknown, "the stream ended before the answer", null, null, null));
        }
    }
}
