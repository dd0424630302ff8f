using System.Diagnostics.Metrics;

namespace Scoring.Service.Telemetry;

/// <summary>Bounds of the histograms where they have fixed ones, which is what Prometheus scrapes. Over OTLP they are exponential.</summary>
internal static class Buckets
{
    /// <summary>From a microsecond to ten seconds.</summary>
    public static InstrumentAdvice<double> Seconds { get; } = new()
    {
        HistogramBucketBoundaries =
        [
            1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
        ],
    };

    public static InstrumentAdvice<double> Shares { get; } = new()
    {
        HistogramBucketBoundaries = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1],
    };

    /// <summary>To the entropy of an even choice among a million classes.</summary>
    public static InstrumentAdvice<double> Nats { get; } = new()
    {
        HistogramBucketBoundaries = [0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 0.7, 1, 1.5, 2, 3, 4, 6, 8, 10, 14],
    };

    public static InstrumentAdvice<long> Counts { get; } = Powers(of: 2, to: 1 << 14);

    public static InstrumentAdvice<long> Bytes { get; } = Powers(of: 4, to: 1 << 28, from: 64);

    private static InstrumentAdvice<long> Powers(long of, long to, long from = 1)
    {
        var bounds = new List<long>();
        for (var bound = from; bound <= to; bound *= of)
        {
            bounds.Add(bound);
        }

        return new InstrumentAdvice<long> { HistogramBucketBoundaries = bounds };
    }
}
