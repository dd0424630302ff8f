using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Scoring.Protocol;

namespace Scoring.Client.Streams;

/// <summary>The spans of the messages of one stream that are sent and not yet answered, in order. One task sends, one receives.</summary>
internal sealed class MessageSpans
{
    private readonly ConcurrentQueue<(long Number, Activity Span)> _open = new();

    /// <summary>Of the sending task.</summary>
    private long _sent;

    /// <summary>Of the receiving task.</summary>
    private long _answered;

    /// <summary>Called for each message before it is sent.</summary>
    public void Sent(Activity? caller, PooledScoreRequest message)
    {
        _sent++;
        if (ClientActivities.Start(caller, message) is { } span)
        {
            _open.Enqueue((_sent, span));
        }
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
