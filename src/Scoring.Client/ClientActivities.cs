using System.Diagnostics;

namespace Scoring.Client;

/// <summary>The spans of the client: one for each message whose caller is traced, from when it is sent until it is answered.</summary>
internal static class ClientActivities
{
    private static readonly ActivitySource Source = new("Scoring.Client");

    /// <summary>
    /// Starts the span of a message, which is not made the current one, and tells what the message is to carry to the service: the span, or that of
    /// its caller where nobody listens here. A traceparent that the caller has set stays.
    /// </summary>
    public static Activity? Start(Activity? caller, ScoreRequest request, ulong id, out string traceparent)
    {
        traceparent = request.Traceparent;
        if (caller is not { IdFormat: ActivityIdFormat.W3C, Recorded: true })
        {
            return null;
        }

        var span = Start(caller.Context);
        if (traceparent.Length == 0)
        {
            traceparent = (span ?? caller).Id!;
        }

        span?.SetTag("scoring.message.id", id);
        span?.SetTag("scoring.head", request.Head.Length == 0 ? "softmax" : request.Head);
        return span;
    }

    /// <summary>Ends the span of a message that was answered, or never will be.</summary>
    public static void End(Activity? span, ScoreError? error)
    {
        if (span is null)
        {
            return;
        }

        if (error is not null)
        {
            span.SetStatus(ActivityStatusCode.Error, $"{error.Code}: {error.Message}");
        }

        // Both starting and ending a span change which is current, and these overlap.
        var current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }

    private static Activity? Start(ActivityContext caller)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var current = Activity.Current;
        var span = Source.StartActivity("scoring.request", ActivityKind.Client, caller);
        Activity.Current = current;
        return span;
    }
}
