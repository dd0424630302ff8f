namespace Scoring.Cli.Top;

/// <summary>What a service's Prometheus page said at one time.</summary>
internal sealed class MetricsPage
{
    private const string Ours = "scoring_";
    private const string CpuTime = "dotnet_process_cpu_time_seconds_total";

    private readonly ILookup<string, Sample> _samples;

    private MetricsPage(ILookup<string, Sample> samples, TimeSpan at)
    {
        (_samples, At) = (samples, at);
    }

    /// <summary>When it was read, on a clock that only goes forward.</summary>
    public TimeSpan At { get; }

    /// <exception cref="InvalidDataException">It is no such page, or no page of this service.</exception>
    public static MetricsPage Parse(string text, TimeSpan at)
    {
        var samples = SampleReader.Read(text).ToLookup(sample => sample.Name);
        return samples.Any(metric => metric.Key.StartsWith(Ours, StringComparison.Ordinal))
            ? new MetricsPage(samples, at)
            : throw new InvalidDataException($"no metric on it begins with {Ours}");
    }

    public IEnumerable<Sample> Of(string name) => _samples[name];

    /// <summary>The sum over every sample of the name; null where there is none.</summary>
    public double? Sum(string name) => _samples.Contains(name) ? _samples[name].Sum(sample => sample.Value) : null;

    /// <summary>How often each value of a label was counted since an earlier page of the same process.</summary>
    public Dictionary<string, double> Since(MetricsPage earlier, string name, string label, Predicate<Sample>? filter = null)
    {
        var sums = SumBy(name, label, filter);
        foreach (var (value, sum) in earlier.SumBy(name, label, filter))
        {
            sums[value] = sums.GetValueOrDefault(value) - sum;
        }

        return sums;
    }

    /// <summary>Whether it is of another process than an earlier page: something that only grows has shrunk.</summary>
    public bool HasRestartedSince(MetricsPage earlier) => earlier._samples
        .Where(metric => IsCounter(metric.Key))
        .Any(metric => Sum(metric.Key) is not { } sum || sum < earlier.Sum(metric.Key));

    private static bool IsCounter(string name) => name == CpuTime
        || (name.StartsWith(Ours, StringComparison.Ordinal)
            && (name.EndsWith("_total", StringComparison.Ordinal) || name.EndsWith("_count", StringComparison.Ordinal)));

    private Dictionary<string, double> SumBy(string name, string label, Predicate<Sample>? filter) => _samples[name]
        .Where(sample => filter is null || filter(sample))
        .GroupBy(sample => sample.Labels.GetValueOrDefault(label, ""))
        .ToDictionary(group => group.Key, group => group.Sum(sample => sample.Value));
}
