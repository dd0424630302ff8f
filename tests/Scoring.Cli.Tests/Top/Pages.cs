using Scoring.Cli.Top;

namespace Scoring.Cli.Tests.Top;

/// <summary>Metrics pages as the service prints them.</summary>
internal static class Pages
{
    /// <summary>A page of a service that has worked for so many seconds, at a steady pace.</summary>
    public static string Text(int seconds)
    {
        string[] stages = ["decode", "queue", "kernel", "encode", "flush"];
        string[] lines =
        [
            "# TYPE scoring_messages_total counter",
            "# HELP scoring_messages_total Messages that were answered.",
            $$"""scoring_messages_total{otel_scope_name="Scoring",scoring_head="iris",scoring_status="OK"} {{900 * seconds}}""",
            $$"""scoring_messages_total{otel_scope_name="Scoring",scoring_head="iris",scoring_status="INVALID_ARGUMENT"} {{100 * seconds}}""",
            $$"""scoring_messages_total{otel_scope_name="Scoring",scoring_head="softmax",scoring_status="OK"} {{50 * seconds}}""",
            $$"""scoring_rows_total{otel_scope_name="Scoring",scoring_head="iris"} {{2700 * seconds}}""",
            $$"""scoring_rows_total{otel_scope_name="Scoring",scoring_head="softmax"} {{50 * seconds}}""",
            $$"""scoring_rows_invalid_total{otel_scope_name="Scoring",scoring_head="iris",scoring_outcome="rejected"} {{30 * seconds}}""",
            .. HistogramOf("scoring_message_duration_seconds", "", ("0.0001", 500 * seconds), ("0.001", 1000 * seconds), ("+Inf", 1000 * seconds)),
            $$"""scoring_message_duration_seconds_sum{otel_scope_name="Scoring"} {{0.2 * seconds}}""",
            .. stages.SelectMany(stage => (string[])
            [
                .. HistogramOf("scoring_batch_stage_duration_seconds", $",scoring_stage=\"{stage}\"", ("0.00001", 0), ("0.0001", 100 * seconds),
                    ("+Inf", 100 * seconds)),
                $$"""scoring_batch_stage_duration_seconds_sum{otel_scope_name="Scoring",scoring_stage="{{stage}}"} {{0.002 * seconds}}""",
            ]),
            .. HistogramOf("scoring_batch_messages", "", ("10", 100 * seconds), ("+Inf", 100 * seconds)),
            $$"""scoring_batch_messages_sum{otel_scope_name="Scoring"} {{1050 * seconds}}""",
            $$"""scoring_head_confidence_sum{otel_scope_name="Scoring",scoring_head="iris"} {{80 * seconds}}""",
            $$"""scoring_head_confidence_count{otel_scope_name="Scoring",scoring_head="iris"} {{100 * seconds}}""",
            $$"""scoring_head_predictions_total{otel_scope_name="Scoring",scoring_head="iris",scoring_class="setosa"} {{75 * seconds}}""",
            $$"""scoring_head_predictions_total{otel_scope_name="Scoring",scoring_head="iris",scoring_class="virginica"} {{25 * seconds}}""",
            $$"""dotnet_process_cpu_time_seconds_total{otel_scope_name="System.Runtime",cpu_mode="user"} {{0.5 * seconds}}""",
            """scoring_streams_open{otel_scope_name="Scoring"} 4""",
        ];
        return string.Join('\n', lines.Append(""));
    }

    public static MetricsPage At(int seconds) => At(seconds, seconds);

    /// <param name="clock">When it was read, in seconds.</param>
    /// <param name="seconds">How long the service had worked.</param>
    public static MetricsPage At(int clock, int seconds) => MetricsPage.Parse(Text(seconds), TimeSpan.FromSeconds(clock));

    private static IEnumerable<string> HistogramOf(string name, string labels, params (string Bound, int Count)[] buckets) =>
    [
        .. buckets.Select(bucket => $$"""{{name}}_bucket{otel_scope_name="Scoring"{{labels}},le="{{bucket.Bound}}"} {{bucket.Count}}"""),
        $$"""{{name}}_count{otel_scope_name="Scoring"{{labels}}} {{buckets[^1].Count}}""",
    ];
}
