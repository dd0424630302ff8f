using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.OpenInference;
using Scoring.FunctionalTests.Telemetry;
using Scoring.Service.Telemetry;
using Scoring.V1;

namespace Scoring.FunctionalTests.Faults;

/// <summary>Whoever listens to the service may fail, and no message does.</summary>
[Collection(typeof(TelemetryTestGroup))]
public sealed class ListenerFaultTests
{
    private const string Sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_listener_to_metrics_that_throws_ends_no_call()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Heads:h:activation=softmax", "--Scoring:Heads:h:classes=2");
        server.ExpectedLog = "What listens to metrics or traces has thrown";
        using (var listener = server.CreateMeterListener(instrument => instrument.Meter.Name == ScoringMetrics.MeterName && !instrument.IsObservable))
        {
            listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw new TimeZoneNotFoundException());
            listener.SetMeasurementEventCallback<double>((_, _, _, _) => throw new TimeZoneNotFoundException());
            listener.Start();
            await AssertServedAsync(server);
            server.ReloadHeads();
        }

        Assert.InRange(Failures(server), 3, long.MaxValue);
        Assert.Contains(server.LogLines, line => line.Contains(nameof(TimeZoneNotFoundException), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public async Task A_listener_to_traces_that_throws_ends_no_call(bool samples, bool starts, bool stops)
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Heads:h:activation=softmax", "--Scoring:Heads:h:classes=2");
        server.ExpectedLog = "What listens to metrics or traces has thrown";
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ScoringActivities.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => samples
                ? throw new TimeZoneNotFoundException()
                : ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = _ => ThrowIf(starts),
            ActivityStopped = _ => ThrowIf(stops),
        };
        ActivitySource.AddActivityListener(listener);
        await AssertServedAsync(server);
        Assert.InRange(Failures(server), 3, long.MaxValue);
    }

    [Fact]
    public async Task A_logger_that_throws_ends_no_call_and_others_have_their_lines()
    {
        await using var server = await ScoringServer.StartAsync(
            builder => builder.Logging.AddProvider(new ThrowingLoggers()).SetMinimumLevel(LogLevel.Trace),
            "--Scoring:Heads:h:activation=softmax", "--Scoring:Heads:h:classes=2", "--Logging:LogLevel:Default=Trace",
            "--Logging:LogLevel:Microsoft.AspNetCore=Trace", "--Logging:LogLevel:Grpc=Trace");
        await AssertServedAsync(server);
        Assert.Equal(
            ("13", "a message begins with the byte 7, where gRPC has 0 or 1", 0), await RawCalls.PostAsync(server, [7, 0, 0, 0, 0], "identity"));
        Assert.InRange(Failures(server), 3, long.MaxValue);
    }

    private static async Task AssertServedAsync(ScoringServer server)
    {
        using var raw = new RawCalls(server);
        using var call = raw.Stream();
        for (var i = 0; i < 10; i++)
        {
            await call.RequestStream.WriteAsync(Google.Protobuf.MessageExtensions.ToByteArray(Request(i)), TestEnd);
            Assert.True(await call.ResponseStream.MoveNext(TestEnd));
            var answer = ScoreResponse.Parser.ParseFrom(call.ResponseStream.Current);
            Assert.Equal((ulong)i, answer.Id);
            Assert.Equal([0.5f, 0.5f], answer.Scores);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(TestEnd));
        Assert.Equal([0.5f, 0.5f], (await raw.Generated.ScoreAsync(Request(0), cancellationToken: TestEnd)).Scores);

        using var calls = new InferenceCalls(server);
        var inferred = await calls.Client.ModelInferAsync(InferenceCalls.Request("h", 2, [3, 3], "scores"), cancellationToken: TestEnd);
        Assert.Equal([0.5f, 0.5f], InferenceCalls.Output<float>(inferred, "scores"));
    }

    private static ScoreRequest Request(int id) =>
        new() { Id = (ulong)id, Head = "h", Logits = { 3, 3 }, Traceparent = id % 2 == 0 ? Sampled : string.Empty };

    private static void ThrowIf(bool throws)
    {
        if (throws)
        {
            throw new TimeZoneNotFoundException();
        }
    }

    private static long Failures(ScoringServer server)
    {
        var failures = 0L;
        using var listener = server.CreateMeterListener(instrument => instrument.Name == "scoring.telemetry.failures");
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => failures = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return failures;
    }

    private sealed class ThrowingLoggers : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Thrower();

        public void Dispose()
        {
        }

        private sealed class Thrower : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => throw new TimeZoneNotFoundException();

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                throw new TimeZoneNotFoundException();
        }
    }
}
