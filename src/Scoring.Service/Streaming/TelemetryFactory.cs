using Microsoft.Extensions.Options;
using Scoring.Service.Heads;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>Gives each stream what tells of its batches.</summary>
internal sealed class TelemetryFactory(
    ScoringMetrics metrics, DriftSampler drift, HeadRegistry heads, TelemetryGuard guard, IOptions<TelemetrySettings> settings, TimeProvider time)
{
    private readonly long _ticksBetweenLooks = time.TimestampFrequency / settings.Value.BatchesPerSecond;

    /// <summary>Whether anybody listens to batches.</summary>
    public bool HasListeners => metrics.AreBatchesObserved || ScoringActivities.HasListeners;

    public BatchTelemetry Create(RowBatch batch) => new(batch, metrics, drift, heads, guard, time, _ticksBetweenLooks);
}
