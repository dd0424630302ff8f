using System.Diagnostics.Metrics;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Telemetry;

[Collection(typeof(TelemetryTestGroup))]
public sealed class LookTests
{
    private const string Sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    [Fact]
    public async Task Of_a_stream_with_many_batches_some_are_measured_and_the_sampler_is_asked_about_those_while_all_messages_are_counted()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Telemetry:BatchesPerSecond=100");
        var time = new StoppedTime();
        using var recorder = new SpanRecorder();
        var measured = new Dictionary<string, double>();
        using var listener = Listen(server, measured);
        using var run = new BatchRun(server, time);
        foreach (var seconds in new[] { 0, 0.001, 0.009, 0.011, 0.012 })
        {
            time.Seconds = seconds;
            run.Score(3);
        }

        Assert.Equal(15, measured["scoring.messages"]);
        Assert.Equal(15, measured["scoring.rows"]);
        Assert.Equal(6, measured["scoring.batch.messages"]);
        Assert.Equal(["scoring.batch", "scoring.batch"], recorder.Spans.Select(span => span.OperationName));
    }

    [Fact]
    public async Task A_batch_with_a_traced_message_is_measured_and_traced_whatever_was_before()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Telemetry:BatchesPerSecond=1");
        using var recorder = new SpanRecorder();
        var measured = new Dictionary<string, double>();
        using var listener = Listen(server, measured);
        using var run = new BatchRun(server, new StoppedTime());
        run.Score(3);
        run.Score(3, traceparents: ["", Sampled, ""]);
        run.Score(3);

        Assert.Equal(6, measured["scoring.batch.messages"]);
        Assert.Equal(["scoring.batch", "scoring.message", "scoring.batch"], recorder.Spans.Select(span => span.OperationName));
    }

    /// <summary>Sums what one server's instruments measure.</summary>
    private static MeterListener Listen(ScoringServer server, Dictionary<string, double> measured)
    {
        var listener = server.CreateMeterListener(instrument => instrument.Meter.Name == "Scoring");
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, _, _) => measured[instrument.Name] = measured.GetValueOrDefault(instrument.Name) + value);
        listener.Start();
        return listener;
    }
}
