using Scoring.Heads;
using Scoring.Service.Settings;

namespace Scoring.Service.Telemetry;

/// <summary>
/// How many series each count of heads may have. Histograms have OpenTelemetry's own limit: with another one, exporters would not have the buckets
/// that each of them is set to. What comes past a limit is counted together, under <c>otel.metric.overflow</c> and no name; and a series is there
/// until the process ends, also where its head is not.
/// </summary>
/// <param name="limits">How many heads there may be.</param>
/// <param name="settings">How many classes of each are counted.</param>
internal sealed class SeriesLimits(LimitSettings limits, TelemetrySettings settings)
{
    /// <summary>OpenTelemetry's own.</summary>
    private const int Least = 2000;

    /// <summary>So that heads may change their names a few times; each status of every head is as much.</summary>
    private const int SeriesPerHead = 17;

    /// <summary>A series that is not there yet takes 72 bytes for each who listens, and one that is about 300.</summary>
    private const int HeapBytesPerSeries = 4096;

    private readonly long _heads = limits.Heads + BuiltInHeads.All.Count + 1;

    /// <param name="instrument">An instrument of <see cref="ScoringMetrics"/>.</param>
    /// <returns>Null for OpenTelemetry's own.</returns>
    public int? Of(string instrument) => instrument switch
    {
        "scoring.messages" or "scoring.rows" or "scoring.rows.invalid" => Bounded(_heads * SeriesPerHead),
        "scoring.head.predictions" => Bounded(_heads * (settings.DriftClasses + 1)),
        _ => null,
    };

    private static int Bounded(long series) => (int)Math.Max(Math.Min(series, MemorySum.HeapBytes / HeapBytesPerSeries), Least);
}
