using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Otlp;
using Status = Scoring.FunctionalTests.Otlp.Status;

namespace Scoring.FunctionalTests.Telemetry;

[Collection(typeof(TelemetryTestGroup))]
public sealed class MessageTraceTests
{
    private static readonly ActivitySource Callers = new("Scoring.FunctionalTests");

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_trace_of_a_message_leads_from_its_caller_to_the_batch_it_was_scored_in(bool unary)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await ScoreAsync(receiver, unary, 1);

        var caller = Assert.Single(receiver.Spans, span => span.Name == "caller");
        var sent = Assert.Single(receiver.Spans, span => span.Name == "scoring.request");
        var message = Assert.Single(receiver.Spans, span => span.Name == "scoring.message");
        var batch = Assert.Single(receiver.Spans, span => span.Name == "scoring.batch");
        Print(caller, sent, message, batch);

        Assert.All([sent, message], span => Assert.Equal(caller.TraceId, span.TraceId));
        Assert.Equal(caller.SpanId, sent.ParentSpanId);
        Assert.Equal(Span.Types.SpanKind.Client, sent.Kind);
        Assert.Equal(sent.SpanId, message.ParentSpanId);
        Assert.Equal(Span.Types.SpanKind.Server, message.Kind);
        Assert.Equal("OK", message.Attributes.Get("scoring.status"));

        var toBatch = Assert.Single(message.Links);
        Assert.Equal((batch.TraceId, batch.SpanId), (toBatch.TraceId, toBatch.SpanId));
        var toMessage = Assert.Single(batch.Links);
        Assert.Equal((message.TraceId, message.SpanId), (toMessage.TraceId, toMessage.SpanId));

        Assert.Empty(batch.ParentSpanId);
        Assert.NotEqual(caller.TraceId, batch.TraceId);
        Assert.Equal(
            "scoring.batch.bytes=24 scoring.batch.messages=1 scoring.batch.rows=2 scoring.batch.traced_messages=1 scoring.head=softmax "
            + "scoring.head.revision=0 "
                + $"scoring.instruction_set={Scoring.Kernels.InstructionSet.Name}",
            batch.Attributes.Text());
        Assert.Equal(["decode", "queue", "kernel", "encode", "flush"], batch.Events.Select(stage => stage.Name));
        Assert.InRange(batch.Events.Sum(Duration) / batch.Seconds(), 0.95, 1.05);
        Assert.Equal(batch.StartTimeUnixNano, batch.Events[0].TimeUnixNano);
        Assert.InRange(message.Seconds() / batch.Seconds(), 0.95, 1.05);
    }

    [Fact]
    public async Task The_span_of_the_call_is_there_and_is_not_the_batch_s_parent()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await ScoreAsync(receiver, unary: false, 3);
        var call = Assert.Single(receiver.Spans, span => (string?)span.Attributes.Get("url.path") == "/scoring.v1.ScoringService/ScoreStream");
        Assert.Equal(Span.Types.SpanKind.Server, call.Kind);
        Assert.All(receiver.Spans.Where(span => span.Name == "scoring.batch"), batch => Assert.NotEqual(call.TraceId, batch.TraceId));
        Assert.Equal(3, receiver.Spans.Count(span => span.Name == "scoring.message"));
    }

    [Fact]
    public async Task A_message_that_cannot_be_scored_has_spans_that_say_so()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await ScoreAsync(receiver, unary: false, 1, "nope");
        var message = Assert.Single(receiver.Spans, span => span.Name == "scoring.message");
        Assert.Equal("NOT_FOUND", message.Attributes.Get("scoring.status"));
        Assert.Equal(Status.Types.StatusCode.Error, message.Status.Code);
        Assert.Equal(Status.Types.StatusCode.Error, Assert.Single(receiver.Spans, span => span.Name == "scoring.request").Status.Code);
    }

    [Fact]
    public async Task The_resource_is_called_scoring_unless_a_variable_says_otherwise()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await ScoreAsync(receiver, unary: false, 1);
        Assert.Contains("scoring", Names(receiver));
        await ScoreAsync(receiver, unary: false, 1, settings: "--OTEL_SERVICE_NAME=scorer");
        Assert.Contains("scorer", Names(receiver));
        await ScoreAsync(receiver, unary: false, 1, settings: "--OTEL_RESOURCE_ATTRIBUTES=service.name=other");
        Assert.Contains("other", Names(receiver));

        static IEnumerable<object?> Names(OtlpReceiver receiver) =>
            receiver.ResourceSpans.Select(spans => spans.Resource.Attributes.Get("service.name"));
    }

    [Fact]
    public async Task The_sampler_that_a_variable_names_decides()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await ScoreAsync(receiver, unary: false, 1, settings: "--OTEL_TRACES_SAMPLER=always_off");
        Assert.DoesNotContain(receiver.Spans, span => span.Name is "scoring.batch" or "scoring.message");
        await ScoreAsync(receiver, unary: false, 1, settings: "--OTEL_TRACES_SAMPLER=parentbased_always_off");
        // No trace begins here, and that of a caller goes on, its batch included.
        Assert.Single(receiver.Spans, span => span.Name == "scoring.batch");
        Assert.Single(receiver.Spans, span => span.Name == "scoring.message");
    }

    [Fact]
    public async Task The_endpoint_of_traces_alone_sends_traces_alone()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var server = await ScoringServer.StartAsync($"--OTEL_EXPORTER_OTLP_TRACES_ENDPOINT={receiver.Address}");
        using (await server.Connect().ScoreAsync(Source.Rows(1, 2, 3).Single(), TestEnd))
        {
        }

        Assert.True(server.Services.GetRequiredService<TracerProvider>().ForceFlush());
        Assert.Contains(receiver.Spans, span => span.Name == "scoring.batch");
        Assert.Null(server.Services.GetService<OpenTelemetry.Metrics.MeterProvider>());
    }

    /// <summary>Sends messages under a caller's span, to a server and from a client that both export to the receiver.</summary>
    private static async Task ScoreAsync(OtlpReceiver receiver, bool unary, int messages, string head = "", params string[] settings)
    {
        using var clientSide = Sdk.CreateTracerProviderBuilder().AddSource(Callers.Name, "Scoring.Client")
            .AddOtlpExporter(otlp => otlp.Endpoint = new Uri(receiver.Address)).Build();
        await using var server = await ScoringServer.StartAsync([$"--OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Address}", .. settings]);
        var client = server.Connect();
        ScoreRequest[] requests;
        using (Callers.StartActivity("caller"))
        {
            requests = [.. Enumerable.Range(0, messages).Select(
                _ => new ScoreRequest { Head = head, Classes = 3, Logits = new float[] { 1, 2, 3, 0, 0, 0 } })];
        }

        if (unary)
        {
            (await client.ScoreAsync(requests.Single(), TestEnd)).Dispose();
        }
        else
        {
            await foreach (var result in client.ScoreStreamAsync(Source.Of(requests), TestEnd))
            {
                result.Dispose();
            }
        }

        // The span of a call ends with it, which the client sees first.
        await server.StopAsync();
        server.Services.GetRequiredService<TracerProvider>().ForceFlush();
        clientSide.ForceFlush();
    }

    private static double Duration(Span.Types.Event stage) => (double)stage.Attributes.Get("scoring.stage.duration")!;

    private static void Print(Span caller, Span sent, Span message, Span batch)
    {
        var lines = new List<string>
        {
            Line("caller", caller),
            Line("└ client: scoring.request", sent),
            Line("  └ server: scoring.message", message),
            Line("    ⇢ link: scoring.batch", batch),
        };
        lines.AddRange(
            batch.Events.Select(stage => string.Create(CultureInfo.InvariantCulture, $"      {stage.Name,-24} {Duration(stage) * 1e6,10:F1} µs")));
        TestContext.Current.SendDiagnosticMessage(string.Join('\n', lines));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', lines));

        static string Line(string name, Span span) =>
            string.Create(
                CultureInfo.InvariantCulture, $"{name,-30} {span.Seconds() * 1e6,10:F1} µs  trace {span.TraceId.Hex()} span {span.SpanId.Hex()}");
    }
}
