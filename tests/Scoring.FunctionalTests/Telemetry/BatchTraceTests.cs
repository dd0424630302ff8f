using System.Diagnostics;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Telemetry;

namespace Scoring.FunctionalTests.Telemetry;

[Collection(typeof(TelemetryTestGroup))]
public sealed class BatchTraceTests
{
    private const string Sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private const string NotSampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

    [Fact]
    public async Task A_batch_has_at_most_128_links_and_tells_how_many_messages_were_traced()
    {
        await using var server = await ScoringServer.StartAsync();
        using var recorder = new SpanRecorder();
        using var run = new BatchRun(server);
        run.Score(200, traceparents: Sampled);

        var batch = Assert.Single(recorder.Spans, span => span.OperationName == "scoring.batch");
        var messages = recorder.Spans.Where(span => span.OperationName == "scoring.message").ToList();
        Assert.Equal(200, messages.Count);
        Assert.Equal(200, batch.GetTagItem("scoring.batch.traced_messages"));
        Assert.Equal(ScoringActivities.MaxLinks, batch.Links.Count());
        Assert.Equal(messages.Take(ScoringActivities.MaxLinks).Select(span => span.SpanId), batch.Links.Select(link => link.Context.SpanId));
        Assert.All(messages, span => Assert.Equal(batch.Context, Assert.Single(span.Links).Context));
    }

    [Theory]
    [InlineData("")]
    [InlineData(NotSampled)]
    [InlineData("nonsense")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")]
    [InlineData("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e47360-0f067aa0ba902b7-01")]
    public async Task A_message_that_names_no_sampled_trace_has_no_span_and_is_scored(string traceparent)
    {
        await using var server = await ScoringServer.StartAsync();
        using var recorder = new SpanRecorder();
        using var run = new BatchRun(server);
        run.Score(2, traceparents: [traceparent, Sampled]);
        Assert.Equal(1UL, Assert.Single(recorder.Spans, span => span.OperationName == "scoring.message").GetTagItem("scoring.message.id"));
        Assert.Equal("OK", recorder.Spans[0].GetTagItem("scoring.status"));
    }

    [Fact]
    public async Task Where_a_message_is_traced_its_batch_is_traced_as_well()
    {
        await using var server = await ScoringServer.StartAsync();
        using var recorder = new SpanRecorder(followsParents: true);
        using var run = new BatchRun(server);
        run.Score(3, traceparents: NotSampled);
        Assert.Empty(recorder.Spans);
        run.Score(3, traceparents: [NotSampled, Sampled, NotSampled]);
        Assert.Equal(["scoring.message", "scoring.batch"], recorder.Spans.Select(span => span.OperationName));
    }

    [Fact]
    public async Task A_batch_is_a_root_whatever_is_current()
    {
        await using var server = await ScoringServer.StartAsync();
        using var recorder = new SpanRecorder();
        using var run = new BatchRun(server);
        using var stream = new Activity("stream").Start();
        run.Score(1);
        var batch = Assert.Single(recorder.Spans);
        Assert.Equal(default, batch.ParentSpanId);
        Assert.NotEqual(stream.TraceId, batch.TraceId);
    }

    [Fact]
    public async Task The_stages_of_a_batch_follow_one_another_and_add_up_to_it()
    {
        await using var server = await ScoringServer.StartAsync();
        using var recorder = new SpanRecorder();
        using var run = new BatchRun(server);
        run.Score(100);
        var batch = Assert.Single(recorder.Spans);
        var next = batch.StartTimeUtc;
        foreach (var stage in batch.Events)
        {
            Assert.Equal(next, stage.Timestamp.UtcDateTime, TimeSpan.FromTicks(5));
            next += TimeSpan.FromSeconds((double)stage.Tags.Single(tag => tag.Key == "scoring.stage.duration").Value!);
        }

        Assert.Equal(5, batch.Events.Count());
        Assert.Equal(batch.StartTimeUtc + batch.Duration, next, TimeSpan.FromTicks(5));
    }
}
