using System.Diagnostics.Metrics;
using Scoring.Protocol;

namespace Scoring.Service.Telemetry;

/// <summary>The instruments of the service.</summary>
internal sealed class ScoringMetrics
{
    public const string MeterName = "Scoring";

    public ScoringMetrics(IMeterFactory meters, MessagePool pool)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "scoring.buffers.rented", () => pool.Buffers.RentedBytes, "By", "Pooled buffers that the messages in flight hold.");
        meter.CreateObservableGauge(
            "scoring.buffers.idle", () => pool.Buffers.IdleBytes, "By", "Pooled buffers that wait to be used again.");
    }
}
