using System.Diagnostics;
using System.Text.Json.Serialization;
using HdrHistogram;

namespace Scoring.Cli.Bench;

/// <summary>
/// The time from when a message was due to when its answer was there, in microseconds, as quantiles to three digits. Without a rate a
/// message is due when it is sent. With one it is due by the clock: a server that stalls is charged for all who would have waited.
/// </summary>
internal sealed record Latency(double P50, double P90, double P99, [property: JsonPropertyName("p99_9")] double P999, double Max)
{
    /// <summary>In ticks of <see cref="Stopwatch"/>.</summary>
    private static readonly long Longest = 3600 * Stopwatch.Frequency;

    /// <summary>A recorder for one thread at a time.</summary>
    public static LongHistogram CreateHistogram() => new(1, Longest, 3);

    public static void Record(LongHistogram histogram, long ticks) => histogram.RecordValue(Math.Min(ticks, Longest));

    public static Latency Of(IEnumerable<LongHistogram> histograms)
    {
        var all = CreateHistogram();
        foreach (var histogram in histograms)
        {
            all.Add(histogram);
        }

        return new Latency(At(50), At(90), At(99), At(99.9), At(100));

        double At(double percentile) => all.TotalCount == 0 ? 0 : all.GetValueAtPercentile(percentile) * 1e6 / Stopwatch.Frequency;
    }
}
