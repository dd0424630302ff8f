namespace Scoring.Cli.Top;

/// <summary>What a service did between two pages. Rates are of a second, times in seconds.</summary>
internal sealed record TopFigures
{
    private const string Head = "scoring_head";
    private const string Messages = "scoring_messages_total";
    private const string StageDuration = "scoring_batch_stage_duration_seconds";

    // In the order in which a batch goes through them; others that a later service may have follow.
    private static readonly string[] KnownStages = ["decode", "queue", "kernel", "encode", "flush"];

    public required TimeSpan Elapsed { get; init; }

    /// <summary>What confidence, entropy and classes are over: they are sampled, and few of them say little.</summary>
    public required TimeSpan DriftElapsed { get; init; }

    public required double InvalidRows { get; init; }

    /// <summary>Processors in use, such as 1.5; null where the page does not tell.</summary>
    public required double? Processors { get; init; }

    public required Histogram Latency { get; init; }

    public required Histogram BatchMessages { get; init; }

    public required Histogram BatchRows { get; init; }

    public required Histogram BatchBytes { get; init; }

    public required double? Streams { get; init; }

    public required double? RentedBytes { get; init; }

    public required double? IdleBytes { get; init; }

    public required double? ResidentBytes { get; init; }

    public required IReadOnlyList<StageFigures> Stages { get; init; }

    /// <summary>The busiest first.</summary>
    public required IReadOnlyList<HeadFigures> Heads { get; init; }

    public double MessageRate => Heads.Sum(head => head.Messages);

    public double RowRate => Heads.Sum(head => head.Rows);

    public double ErrorRate => Heads.Sum(head => head.Errors);

    /// <summary>By the size of those that were measured, which are not all.</summary>
    public double BatchRate => BatchMessages.Sum > 0 ? MessageRate * BatchMessages.Count / BatchMessages.Sum : 0;

    /// <param name="oldest">Where what is sampled counts from.</param>
    /// <param name="before">Where everything else counts from.</param>
    /// <param name="after">The page of now, of the same process as both.</param>
    public static TopFigures Between(MetricsPage oldest, MetricsPage before, MetricsPage after)
    {
        var elapsed = after.At - before.At;
        return new TopFigures
        {
            Elapsed = elapsed,
            DriftElapsed = after.At - oldest.At,
            InvalidRows = Rate("scoring_rows_invalid_total"),
            Processors = after.Sum("dotnet_process_cpu_time_seconds_total") is null ? null : Rate("dotnet_process_cpu_time_seconds_total"),
            Latency = Histogram.Between(before, after, "scoring_message_duration_seconds"),
            BatchMessages = Histogram.Between(before, after, "scoring_batch_messages"),
            BatchRows = Histogram.Between(before, after, "scoring_batch_rows"),
            BatchBytes = Histogram.Between(before, after, "scoring_batch_bytes"),
            Streams = after.Sum("scoring_streams_open"),
            RentedBytes = after.Sum("scoring_buffers_rented_bytes"),
            IdleBytes = after.Sum("scoring_buffers_idle_bytes"),
            ResidentBytes = after.Sum("dotnet_process_memory_working_set_bytes"),
            Stages = StagesBetween(before, after),
            Heads = HeadsBetween(oldest, before, after),
        };

        double Rate(string name) => after.Since(before, name, "").Values.Sum() / elapsed.TotalSeconds;
    }

    private static List<StageFigures> StagesBetween(MetricsPage before, MetricsPage after)
    {
        var names = after.Of(StageDuration + "_count").Select(sample => sample.Labels.GetValueOrDefault("scoring_stage", ""));
        var stages = KnownStages.Union(names)
            .Select(name => (Name: name, Time: Histogram.Between(before, after, StageDuration, ("scoring_stage", name)))).ToList();
        var total = stages.Sum(stage => stage.Time.Sum);
        return [.. stages.Select(stage => new StageFigures(
            stage.Name, stage.Time.Mean, stage.Time.Quantile(0.99), total > 0 ? stage.Time.Sum / total : 0))];
    }

    private static List<HeadFigures> HeadsBetween(MetricsPage oldest, MetricsPage before, MetricsPage after)
    {
        var seconds = (after.At - before.At).TotalSeconds;
        var messages = after.Since(before, Messages, Head);
        var errors = after.Since(before, Messages, Head, sample => sample.Labels.GetValueOrDefault("scoring_status") != "OK");
        var rows = after.Since(before, "scoring_rows_total", Head);
        var heads = messages.Keys.Union(rows.Keys).Select(name => new HeadFigures(
            name,
            messages.GetValueOrDefault(name) / seconds,
            rows.GetValueOrDefault(name) / seconds,
            errors.GetValueOrDefault(name) / seconds,
            Histogram.Between(oldest, after, "scoring_head_confidence", (Head, name)).Mean,
            Histogram.Between(oldest, after, "scoring_head_entropy", (Head, name)).Mean,
            Classes(oldest, after, name)));
        return [.. heads.OrderByDescending(head => head.Messages).ThenBy(head => head.Name, StringComparer.Ordinal)];
    }

    private static List<(string Class, double Share)> Classes(MetricsPage oldest, MetricsPage after, string head)
    {
        var classes = after.Since(
            oldest, "scoring_head_predictions_total", "scoring_class", sample => sample.Labels.GetValueOrDefault(Head) == head);
        var rows = classes.Values.Sum();
        return
        [
            .. classes.Where(counted => counted.Value > 0)
                .OrderByDescending(counted => counted.Value).ThenBy(counted => counted.Key, StringComparer.Ordinal)
                .Select(counted => (counted.Key, counted.Value / rows)),
        ];
    }
}
