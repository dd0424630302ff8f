using System.Diagnostics;
using Scoring.Protocol;

namespace Scoring.Client;

/// <summary>The spans of the client: one for each message whose caller is traced, from when it is sent until it is answered.</summary>
internal static class ClientActivities
{
    private static readonly ActivitySource Source = new("Scoring.Client");

    /// <summary>
    /// Starts the span of a message, which is not made the current one, and has the message carry it to the service, or that of its caller
    /// where nobody listens here. A traceparent that the caller has set stays.
    /// </summary>
    public static Activity? Start(Activity? caller, PooledScoreRequest message)
    {
        if (caller is not { IdFormat: ActivityIdFormat.W3C, Recorded: true })
        {
            return null;
        }

        var span = Start(caller.Context);
        if (message.Traceparent.Length == 0)
        {
            message.Traceparent = (span ?? caller).Id!;
        }

        span?.SetTag("scoring.message.id", message.Id);
        span?.SetTag("scoring.head", message.Head.Length == 0 ? "softmax" : message.Head);
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
