using System.Diagnostics;

namespace Scoring.Service.Telemetry;

/// <summary>The spans of the hot path.</summary>
internal static class ScoringActivities
{
    public const string SourceName = "Scoring";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The span of one batch, from the start of its kernels until its answers are flushed; null where nobody listens.</summary>
    public static Activity? StartBatch(int messages, int rows, long bytes)
    {
        var activity = Source.StartActivity("scoring.batch", ActivityKind.Internal);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("scoring.batch.messages", messages);
            activity.SetTag("scoring.batch.rows", rows);
            activity.SetTag("scoring.batch.bytes", bytes);
        }

        return activity;
    }
}
