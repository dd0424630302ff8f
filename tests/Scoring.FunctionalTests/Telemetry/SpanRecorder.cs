using System.Diagnostics;
using Scoring.Service.Telemetry;

namespace Scoring.FunctionalTests.Telemetry;

/// <summary>Keeps the spans that end, of a source that it samples wholly, or as their parents are.</summary>
internal sealed class SpanRecorder : IDisposable
{
    private readonly ActivityListener _listener;

    public SpanRecorder(bool followsParents = false)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ScoringActivities.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                !followsParents || (options.Parent.TraceFlags & ActivityTraceFlags.Recorded) != 0
                    ? ActivitySamplingResult.AllDataAndRecorded
                    : ActivitySamplingResult.None,
            ActivityStopped = Spans.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public List<Activity> Spans { get; } = [];

    public void Dispose() => _listener.Dispose();
}
