using System.ComponentModel.DataAnnotations;

namespace Scoring.Service.Telemetry;

/// <summary><c>Scoring:Telemetry</c>: how much is looked at. Where it goes is set with the <c>OTEL_*</c> variables.</summary>
internal sealed class TelemetrySettings
{
    /// <summary>
    /// Batches of one stream that are looked at in a second: whose stages and sizes are measured, and which the sampler of traces is asked about.
    /// What is counted is counted of all, and a message that its caller traces is traced in any batch.
    /// </summary>
    [Range(1, 1_000_000)]
    public int BatchesPerSecond { get; set; } = 1000;

    /// <summary>Rows of each head that are looked at in a second, at most one of each batch; 0 for none.</summary>
    [Range(0, 10_000)]
    public int DriftRowsPerSecond { get; set; } = 20;

    /// <summary>Classes of each head that have a count of their own, from the first on; the rest are counted together.</summary>
    [Range(1, 65536)]
    public int DriftClasses { get; set; } = 100;
}
