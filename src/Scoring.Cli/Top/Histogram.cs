using System.Globalization;

namespace Scoring.Cli.Top;

/// <summary>What was recorded in a histogram between two pages.</summary>
internal sealed class Histogram
{
    private readonly List<(double Bound, double Count)> _buckets;

    private Histogram(List<(double Bound, double Count)> buckets, double count, double sum)
    {
        (_buckets, Count, Sum) = (buckets, count, sum);
    }

    public double Count { get; }

    public double Sum { get; }

    /// <summary>Null where nothing was recorded.</summary>
    public double? Mean => Count > 0 ? Sum / Count : null;

    /// <param name="before">The earlier page.</param>
    /// <param name="after">A later one, of the same process.</param>
    /// <param name="name">The metric, without a suffix.</param>
    /// <param name="label">A label and the value that counts; null for the sum over all.</param>
    public static Histogram Between(MetricsPage before, MetricsPage after, string name, (string Name, string Value)? label = null)
    {
        // Counts are up to and with the bound.
        var buckets = after.Since(before, name + "_bucket", "le", Counts)
            .Select(bucket => (Bound: Bound(bucket.Key), bucket.Value)).OrderBy(bucket => bucket.Bound).ToList();
        return new Histogram(buckets, Total("_count"), Total("_sum"));

        bool Counts(Sample sample) => label is not { } only || sample.Labels.GetValueOrDefault(only.Name) == only.Value;

        double Total(string suffix) => after.Since(before, name + suffix, "", Counts).Values.Sum();
    }

    /// <summary>
    /// The quantile as Prometheus estimates it: even within a bucket. Past the last bound it is that bound; null where nothing was recorded.
    /// </summary>
    public double? Quantile(double quantile)
    {
        if (Count <= 0 || _buckets.Count == 0)
        {
            return null;
        }

        var rank = quantile * Count;
        var index = _buckets.FindIndex(bucket => bucket.Count >= rank);
        var (bound, count) = _buckets[index < 0 ? ^1 : index];
        var (lower, below) = index > 0 ? _buckets[index - 1] : (0, 0);
        return double.IsPositiveInfinity(bound) ? lower
            : count > below ? lower + ((bound - lower) * (rank - below) / (count - below))
            : bound;
    }

    private static double Bound(string text) =>
        text == "+Inf" ? double.PositiveInfinity : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
