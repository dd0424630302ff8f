using System.Diagnostics;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Telemetry;

/// <summary>What of its callers' traces the client hands on. The server is this process's, so its spans are heard here.</summary>
[Collection(typeof(TelemetryTestGroup))]
public sealed class ClientTraceTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_listener_to_the_client_a_message_goes_under_its_caller_itself(bool unary)
    {
        using var caller = Recorded("caller");
        var message = await ScoreOneAsync(new ScoreRequest { Classes = 2, Logits = new float[2] }, unary);
        Assert.Equal((caller.TraceId, caller.SpanId), (message.TraceId, message.ParentSpanId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_trace_context_that_the_caller_has_set_stays(bool unary)
    {
        using var caller = Recorded("caller");
        var message = await ScoreOneAsync(
            new ScoreRequest { Classes = 2, Logits = new float[2], Traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" }, unary);
        Assert.Equal("00f067aa0ba902b7", message.ParentSpanId.ToHexString());
    }

    [Fact]
    public async Task Each_message_of_a_stream_goes_under_the_caller_that_made_it()
    {
        await using var server = await ScoringServer.StartAsync();
        using var recorder = new SpanRecorder();
        var callers = new List<ActivitySpanId>();
        var requests = new List<ScoreRequest>();
        for (var i = 0; i < 5; i++)
        {
            using var caller = Recorded($"caller {i}");
            callers.Add(caller.SpanId);
            requests.Add(new ScoreRequest { Classes = 2, Logits = new float[2] });
        }

        requests.Add(new ScoreRequest { Classes = 2, Logits = new float[2] });
        await ReadAsync(server.Connect(), [.. requests]);
        await server.StopAsync();
        var messages = recorder.Spans.Where(span => span.OperationName == "scoring.message");
        Assert.Equal(callers, messages.OrderBy(span => (ulong)span.GetTagItem("scoring.message.id")!).Select(span => span.ParentSpanId));
    }

    [Fact]
    public async Task A_caller_that_is_not_recorded_is_not_handed_on()
    {
        await using var server = await ScoringServer.StartAsync();
        using var recorder = new SpanRecorder();
        using (new Activity("not recorded").Start())
        {
            await ReadAsync(server.Connect(), new ScoreRequest { Classes = 2, Logits = new float[2] });
        }

        await server.StopAsync();
        Assert.Equal("scoring.batch", Assert.Single(recorder.Spans).OperationName);
    }

    [Fact]
    public async Task Spans_of_messages_without_an_answer_end_with_the_stream()
    {
        var ended = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Scoring.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:MessageBytes=1024");
        using var caller = Recorded("caller");
        ScoreRequest[] requests = [new() { Classes = 2, Logits = new float[2] }, new() { Classes = 1000, Logits = new float[1000] }];
        await Assert.ThrowsAsync<ScoringException>(() => ReadAsync(server.Connect(), requests));

        Assert.Equal(2, ended.Count);
        Assert.All(ended, span => Assert.Equal(caller.SpanId, span.ParentSpanId));
        Assert.Contains(ended, span => span.Status == ActivityStatusCode.Error);
        Assert.Same(caller, Activity.Current);
    }

    private static Activity Recorded(string name) =>
        new Activity(name) { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();

    /// <summary>The span that the server has of a message.</summary>
    private static async Task<Activity> ScoreOneAsync(ScoreRequest request, bool unary)
    {
        await using var server = await ScoringServer.StartAsync();
        using var recorder = new SpanRecorder();
        if (unary)
        {
            (await server.Connect().ScoreAsync(request, TestEnd)).Dispose();
        }
        else
        {
            await ReadAsync(server.Connect(), request);
        }

        await server.StopAsync();
        return Assert.Single(recorder.Spans, span => span.OperationName == "scoring.message");
    }

    private static async Task ReadAsync(ScoringClient client, params ScoreRequest[] requests)
    {
        await foreach (var result in client.ScoreStreamAsync(Source.Of(requests), TestEnd))
        {
            result.Dispose();
        }
    }
}
