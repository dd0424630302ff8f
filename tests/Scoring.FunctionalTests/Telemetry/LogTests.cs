using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Logs;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Telemetry;

namespace Scoring.FunctionalTests.Telemetry;

[Collection(typeof(TelemetryTestGroup))]
public sealed class LogTests
{
    [Fact]
    public void One_line_a_second_passes_and_tells_how_many_were_held_back()
    {
        var time = new StoppedTime();
        var limiter = new LogLimiter(time);
        Assert.True(limiter.TryPass(out var heldBack));
        Assert.Equal(0, heldBack);
        for (var i = 0; i < 1000; i++)
        {
            Assert.False(limiter.TryPass(out _));
        }

        time.Seconds = 0.99;
        Assert.False(limiter.TryPass(out _));
        time.Seconds = 1;
        Assert.True(limiter.TryPass(out heldBack));
        Assert.Equal(1001, heldBack);
        time.Seconds = 2;
        Assert.True(limiter.TryPass(out heldBack));
        Assert.Equal(0, heldBack);
    }

    [Fact]
    public async Task Streams_that_break_are_logged_once_a_second_at_most_and_over_OTLP_within_their_call_s_trace()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var server = await ScoringServer.StartAsync($"--OTEL_EXPORTER_OTLP_LOGS_ENDPOINT={receiver.Address}");
        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 50; i++)
        {
            var (status, _, _) = await RawCalls.PostAsync(server, [7, 0, 0, 0, 0], "identity");
            Assert.Equal("13", status);
        }

        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        Assert.True(server.Services.GetRequiredService<LoggerProvider>().ForceFlush());
        var lines = receiver.Logs.Where(line => line.Body.StringValue.Contains("A stream is ended", StringComparison.Ordinal)).ToList();
        Assert.InRange(lines.Count, 1, 1 + seconds);
        Assert.All(lines, line => Assert.Equal(16, line.TraceId.Length));
        Assert.Contains("begins with the byte 7", (string)lines[0].Attributes.Get("Detail")!, StringComparison.Ordinal);
    }
}
