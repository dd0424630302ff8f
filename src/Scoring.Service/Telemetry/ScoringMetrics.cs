using System.Diagnostics.Metrics;
using Scoring.Protocol;

namespace Scoring.Service.Telemetry;

/// <summary>The instruments of the service.</summary>
internal sealed class ScoringMetrics
{
    public const string MeterName = "Scoring";

    private readonly Counter<long> _headReloads;

    public ScoringMetrics(IMeterFactory meters, MessagePool pool)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "scoring.buffers.rented", () => pool.Buffers.RentedBytes, "By", "Pooled buffers that the messages in flight hold.");
        meter.CreateObservableGauge(
            "scoring.buffers.idle", () => pool.Buffers.IdleBytes, "By", "Pooled buffers that wait to be used again.");
        _headReloads = meter.CreateCounter<long>(
            "scoring.head.reloads", "{reload}", "Changes of the configured heads, by outcome: accepted, or refused while the old heads keep serving.");
    }

    /// <param name="outcome"><c>accepted</c> or <c>refused</c>.</param>
    public void HeadsReloaded(string outcome) => _headReloads.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
