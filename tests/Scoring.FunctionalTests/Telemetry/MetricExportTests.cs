using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Heads;
using Scoring.Service.Telemetry;
using Scoring.V1;
using Activation = Scoring.Heads.Activation;
using Metric = Scoring.FunctionalTests.Otlp.Metric;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests.Telemetry;

[Collection(typeof(TelemetryTestGroup))]
public sealed class MetricExportTests
{
    private const string Traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    /// <summary>Name, kind, unit, and the tags of each series that <see cref="ScoreAsync"/> brings about.</summary>
    public static TheoryData<string, string, string, string[]> Metrics => new()
    {
        { "scoring.batch.stage.duration", "exponential histogram", "s",
            ["scoring.stage=decode", "scoring.stage=encode", "scoring.stage=flush", "scoring.stage=kernel", "scoring.stage=queue"] },
        { "scoring.message.duration", "exponential histogram", "s", [""] },
        { "scoring.batch.messages", "exponential histogram", "{message}", [""] },
        { "scoring.batch.rows", "exponential histogram", "{row}", [""] },
        { "scoring.batch.bytes", "exponential histogram", "By", [""] },
        { "scoring.messages", "counter", "{message}",
            ["scoring.head=pets scoring.status=INVALID_ARGUMENT", "scoring.head=pets scoring.status=OK",
                "scoring.head=unknown scoring.status=NOT_FOUND"] },
        { "scoring.rows", "counter", "{row}", ["scoring.head=pets"] },
        { "scoring.rows.invalid", "counter", "{row}", ["scoring.head=pets scoring.outcome=flagged", "scoring.head=pets scoring.outcome=rejected"] },
        { "scoring.buffers.rented", "up-down counter", "By", [""] },
        { "scoring.buffers.limit", "up-down counter", "By", [""] },
        { "scoring.buffers.idle", "up-down counter", "By", [""] },
        { "scoring.buffers.outstanding", "up-down counter", "{buffer}", [""] },
        { "scoring.streams.open", "up-down counter", "{stream}", [""] },
        { "scoring.messages.waiting", "up-down counter", "{message}", [""] },
        { "scoring.head.reloads", "counter", "{reload}", ["scoring.outcome=accepted", "scoring.outcome=refused"] },
        { "scoring.file.reloads", "counter", "{reload}",
            [.. new[] { "api_keys", "certificate", "jwt_keys" }.SelectMany(
                file => new[] { $"scoring.file={file} scoring.outcome=accepted", $"scoring.file={file} scoring.outcome=refused" })] },
        { "scoring.drains", "counter", "{drain}", ["scoring.outcome=completed", "scoring.outcome=timed_out"] },
        { "scoring.head.confidence", "exponential histogram", "1", ["scoring.head=pets"] },
        { "scoring.head.margin", "exponential histogram", "1", ["scoring.head=pets"] },
        { "scoring.head.entropy", "exponential histogram", "{nat}", ["scoring.head=pets"] },
        { "scoring.head.predictions", "counter", "{row}", ["scoring.class=rabbit scoring.head=pets"] },
    };

    private static string[] PetsHead =>
        ["--Scoring:Heads:pets:activation=softmax", "--Scoring:Heads:pets:labels:0=cat", "--Scoring:Heads:pets:labels:1=dog",
            "--Scoring:Heads:pets:labels:2=rabbit"];

    [Theory]
    [MemberData(nameof(Metrics))]
    public async Task Each_metric_arrives_over_OTLP_with_its_kind_unit_and_tags(string name, string kind, string unit, string[] tags)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var server = await ScoringServer.StartAsync([.. PetsHead, $"--OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Address}"]);
        await ScoreAsync(server);
        Assert.True(server.Services.GetRequiredService<MeterProvider>().ForceFlush());

        var metric = Assert.Single(receiver.ResourceMetrics.Last().ScopeMetrics.SelectMany(scope => scope.Metrics), metric => metric.Name == name);
        Assert.Equal(unit, metric.Unit);
        Assert.NotEmpty(metric.Description);
        var (actualKind, series) = Read(metric);
        Assert.Equal(kind, actualKind);
        Assert.Equal(tags, series.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_counts_are_those_of_what_was_sent()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var server = await ScoringServer.StartAsync([.. PetsHead, $"--OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Address}"]);
        await ScoreAsync(server);
        server.Services.GetRequiredService<MeterProvider>().ForceFlush();
        var metrics = receiver.ResourceMetrics.Last().ScopeMetrics.SelectMany(scope => scope.Metrics).ToDictionary(
            metric => metric.Name, metric => Read(metric).Series);

        Assert.Equal(2, metrics["scoring.messages"]["scoring.head=pets scoring.status=OK"]);
        Assert.Equal(1, metrics["scoring.messages"]["scoring.head=pets scoring.status=INVALID_ARGUMENT"]);
        Assert.Equal(1, metrics["scoring.messages"]["scoring.head=unknown scoring.status=NOT_FOUND"]);
        Assert.Equal(5, metrics["scoring.rows"]["scoring.head=pets"]);
        Assert.Equal(1, metrics["scoring.rows.invalid"]["scoring.head=pets scoring.outcome=flagged"]);
        Assert.Equal(2, metrics["scoring.rows.invalid"]["scoring.head=pets scoring.outcome=rejected"]);
        // One for each batch, and all of them may have been one.
        Assert.InRange(metrics["scoring.message.duration"][string.Empty], 1, 4);
        Assert.Equal(0, metrics["scoring.buffers.rented"][string.Empty]);
        Assert.Equal(server.Pool.Buffers.IdleBytes, metrics["scoring.buffers.idle"][string.Empty]);
        // Those of the runtime and of the transport come along.
        Assert.Contains("dotnet.gc.collections", metrics.Keys);
        Assert.Contains("kestrel.active_connections", metrics.Keys);
    }

    [Fact]
    public async Task The_durations_of_traced_messages_point_to_their_spans()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var server = await ScoringServer.StartAsync($"--OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Address}");
        await foreach (var result in server.Connect().ScoreStreamAsync(
            Source.Of(new ScoreRequest { Classes = 3, Logits = new float[3], Traceparent = Traceparent }), TestEnd))
        {
            result.Dispose();
        }

        server.Services.GetRequiredService<MeterProvider>().ForceFlush();
        server.Services.GetRequiredService<TracerProvider>().ForceFlush();
        var duration = Assert.Single(
            receiver.ResourceMetrics.SelectMany(
                resource => resource.ScopeMetrics).SelectMany(scope => scope.Metrics), metric => metric.Name == "scoring.message.duration");
        var exemplar = Assert.Single(duration.ExponentialHistogram.DataPoints.Single().Exemplars);
        var message = Assert.Single(receiver.Spans, span => span.Name == "scoring.message");
        Assert.Equal((message.TraceId, message.SpanId), (exemplar.TraceId, exemplar.SpanId));
    }

    [Fact]
    public async Task As_many_heads_as_there_may_be_have_counts_of_their_own_for_each_status_and_class()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Admin:Port=0");
        var page = await CountAsync(server, heads: 1024, classes: 101);
        Assert.Equal(2 * 1024, Series(page, "scoring_messages_total").Length);
        Assert.Equal(1024, Series(page, "scoring_rows_total").Length);
        Assert.Equal(1024, Series(page, "scoring_head_confidence_count").Length);
        Assert.Equal(1024 * 101, Series(page, "scoring_head_predictions_total").Length);
        Assert.DoesNotContain("otel_metric_overflow", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_no_series_of_its_own_is_counted_as_overflow()
    {
        await using var server = await ScoringServer.StartAsync(
            "--Scoring:Admin:Port=0", "--Scoring:Limits:Heads=1", "--Scoring:Telemetry:DriftClasses=1");
        var page = await CountAsync(server, heads: 2010, classes: 1);
        foreach (var (name, rest) in new[] { ("scoring_messages_total", 2020), ("scoring_rows_total", 10), ("scoring_head_predictions_total", 10) })
        {
            Assert.Contains($"\n{name}{{otel_scope_name=\"Scoring\",otel_metric_overflow=\"true\"}} {rest}\n", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Prometheus_scrapes_each_metric_from_the_admin_port_and_from_no_other()
    {
        await using var server = await ScoringServer.StartAsync([.. PetsHead, "--Scoring:Admin:Port=0"]);
        await ScoreAsync(server);
        using var http = new HttpClient();
        var page = await http.GetStringAsync($"{server.AdminAddress}/metrics", TestEnd);
        Assert.All(Metrics, row => Assert.Contains($"\n# TYPE {PrometheusName(row.Data)} ", page, StringComparison.Ordinal));
        Assert.Contains(
            "scoring_messages_total{otel_scope_name=\"Scoring\",scoring_head=\"pets\",scoring_status=\"OK\"} 2\n", page, StringComparison.Ordinal);
        Assert.Contains("scoring_batch_stage_duration_seconds_bucket{otel_scope_name=\"Scoring\",scoring_stage=\"kernel\",le=\"+Inf\"}", page,
            StringComparison.Ordinal);

        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.GetAsync(new Uri($"{server.AdminAddress}/"), TestEnd)).StatusCode);
        using var onMainPort = new HttpRequestMessage(
            HttpMethod.Get, $"{server.Address}/metrics")
        { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.SendAsync(onMainPort, TestEnd)).StatusCode);
        using var call = new HttpRequestMessage(
            HttpMethod.Post, $"{server.AdminAddress}/scoring.v1.ScoringService/ListHeads")
        { Content = new ByteArrayContent([0, 0, 0, 0, 0]) };
        call.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.SendAsync(call, TestEnd)).StatusCode);
    }

    [Fact]
    public async Task Without_an_exporter_there_is_no_admin_port_and_nobody_listens()
    {
        await using var server = await ScoringServer.StartAsync();
        Assert.Throws<InvalidOperationException>(() => server.AdminAddress);
        Assert.False(server.Services.GetRequiredService<Scoring.Service.Streaming.TelemetryFactory>().HasListeners);
    }

    /// <summary>The page for Prometheus after each head has had a message with each of two statuses, and a row of each class.</summary>
    private static async Task<string> CountAsync(ScoringServer server, int heads, int classes)
    {
        var metrics = server.Services.GetRequiredService<ScoringMetrics>();
        for (var i = 0; i < heads; i++)
        {
            var head = new HeadDefinition { Name = $"head-{i}", Activation = Activation.Softmax };
            metrics.Count(new Outcome(head, Grpc.Core.StatusCode.OK) { Messages = 1, Rows = 1 });
            metrics.Count(new Outcome(head, Grpc.Core.StatusCode.InvalidArgument) { Messages = 1 });
            for (var j = 0; j < classes; j++)
            {
                metrics.Predicted(head, j, 1, 1, 0);
            }
        }

        using var http = new HttpClient();
        return await http.GetStringAsync($"{server.AdminAddress}/metrics", TestEnd);
    }

    private static string[] Series(string page, string name) =>
        [.. page.Split('\n').Where(line => line.StartsWith(name + "{", StringComparison.Ordinal))];

    /// <summary>
    /// Two good messages of 3 rows each, of which one row has no score, one message that is refused for a row of two, and one of an unknown head.
    /// </summary>
    private static async Task ScoreAsync(ScoringServer server)
    {
        ScoreRequest[] requests =
        [
            new() { Head = "pets", Classes = 3, Logits = new float[] { 1, 2, 3, 1, 2, 3, 1, 2, 3 } },
            new() { Head = "pets", Classes = 3, NonFinite = NonFinite.Flag, Logits = new float[] { 1, 2, 3, 1, float.NaN, 3 } },
            new() { Head = "pets", Classes = 3, Logits = new float[] { 1, 2, 3, 1, float.NaN, 3 } },
            new() { Head = "nope", Classes = 3, Logits = new float[3] },
        ];
        await foreach (var result in server.Connect().ScoreStreamAsync(Source.Of(requests), TestEnd))
        {
            result.Dispose();
        }
    }

    private static string PrometheusName((string Name, string Kind, string Unit, string[] Tags) metric)
    {
        var name = metric.Name.Replace('.', '_');
        name += metric.Unit switch
        {
            "s" => "_seconds",
            "By" when !name.EndsWith("_bytes", StringComparison.Ordinal) => "_bytes",
            _ => string.Empty,
        };
        return metric.Kind == "counter" ? $"{name}_total" : name;
    }

    /// <summary>Each series by its tags: the value, or how many were measured.</summary>
    private static (string Kind, Dictionary<string, double> Series) Read(Metric metric) => metric.DataCase switch
    {
        Metric.DataOneofCase.ExponentialHistogram =>
            ("exponential histogram", metric.ExponentialHistogram.DataPoints.ToDictionary(
                point => point.Attributes.Text(), point => (double)point.Count)),
        Metric.DataOneofCase.Histogram => (
            "histogram", metric.Histogram.DataPoints.ToDictionary(point => point.Attributes.Text(), point => (double)point.Count)),
        Metric.DataOneofCase.Sum => (
            metric.Sum.IsMonotonic ? "counter" : "up-down counter",
            metric.Sum.DataPoints.ToDictionary(point => point.Attributes.Text(), point => point.HasAsInt ? point.AsInt : point.AsDouble)),
        Metric.DataOneofCase.Gauge => (
            "gauge", metric.Gauge.DataPoints.ToDictionary(point => point.Attributes.Text(), point => point.HasAsInt ? point.AsInt : point.AsDouble)),
        _ => throw new InvalidOperationException($"{metric.Name} is {metric.DataCase}."),
    };
}
