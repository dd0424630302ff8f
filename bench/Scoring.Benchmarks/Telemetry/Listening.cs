namespace Scoring.Benchmarks.Telemetry;

/// <summary>Who listens to a server.</summary>
internal enum Listening
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>Metrics are collected and sent twice a second.</summary>
    Metrics,

    /// <summary>Metrics and the spans of one batch of a hundred, and of every message whose caller is traced.</summary>
    MetricsAndTraces,
}
