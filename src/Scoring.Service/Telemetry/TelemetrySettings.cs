using System.ComponentModel.DataAnnotations;

namespace Scoring.Service.Telemetry;

/// <summary><c>Scoring:Telemetry</c>: how much is looked at for the metrics of drift. Where they go is set with the <c>OTEL_*</c> variables.</summary>
internal sealed class TelemetrySettings
{
    /// <summary>Rows of each head that are looked at in a second, at most one of each batch; 0 for none.</summary>
    [Range(0, 10_000)]
    public int DriftRowsPerSecond { get; set; } = 20;

    /// <summary>Classes of each head that have a count of their own, from the first on; the rest are counted together.</summary>
    [Range(1, 65536)]
    public int DriftClasses { get; set; } = 100;
}
