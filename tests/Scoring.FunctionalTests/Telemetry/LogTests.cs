using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Logs;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Heads;
using Scoring.Service.Heads;
using Scoring.Service.Security;
using Scoring.Service.Telemetry;

namespace Scoring.FunctionalTests.Telemetry;

[Collection(typeof(TelemetryTestGroup))]
public sealed partial class LogTests
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

    [Fact]
    public async Task What_the_framework_has_to_say_of_failed_calls_is_written_once_a_second_at_most_with_how_many_were_held_back()
    {
        await using var server = await ScoringServer.StartAsync();
        server.ExpectedLog = "Error when executing service method 'Evaluate'";
        var broken = new HeadDefinition { Name = "broken", Activation = Activation.Softmax, Classes = 2, Bias = [1, 2, 3] };
        server.Services.GetRequiredService<HeadRegistry>().Swap(new HeadSnapshot([broken], revision: 2));
        var message = RawCalls.Frame(Google.Protobuf.MessageExtensions.ToByteArray(Evaluations.Message("broken", 2, [3, 3], 1)));
        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 100; i++)
        {
            var (status, _, _) = await RawCalls.PostAsync(server, message, "identity", method: "scoring.v1.ScoringService/Evaluate");
            Assert.Equal("13", status);
        }

        Assert.InRange(server.LogLines.Count, 1, 1 + TimeProvider.System.GetElapsedTime(start).TotalSeconds);
    }

    [Fact]
    public void A_line_that_a_client_wrote_a_part_of_is_short_and_plain_in_its_text_and_in_its_parts()
    {
        var time = new StoppedTime();
        using var lines = new EverythingLogged();
        using var inner = new LoggerFactory([lines]);
        using var floor = new LogFloor(new Rules(new LoggerFilterOptions()));
        var faults = new TelemetryFaults();
        using var loggers = new GuardedLoggers(inner, floor, faults, time);
        foreach (
            var category in new[] { typeof(FailureLog).FullName!, "Microsoft.AspNetCore.Server.Kestrel", "Grpc.AspNetCore.Server.ServerCallHandler" })
        {
            var logger = loggers.CreateLogger(category);
            LogFrom(logger, "\u001b[2J\u202e" + new string('y', 20_000));
            LogFrom(logger, "another");
            time.Seconds++;
            LogFrom(logger, "the third");
        }

        Assert.Equal(6, lines.Lines.Count);
        Assert.All(lines.Lines, line => Assert.InRange(line.Length, 0, 5000));
        Assert.All(lines.Lines, line => Assert.DoesNotContain(line, character => char.IsControl(character) || character == '\u202e'));
        Assert.Equal(
            3, lines.Lines.Count(line => line.Contains("the third Lines of this kind held back since the last: 1.", StringComparison.Ordinal)));
        Assert.Equal(0, faults.Count);
    }

    [Fact]
    public void The_lines_of_others_go_through_as_they_are()
    {
        using var lines = new EverythingLogged();
        using var inner = new LoggerFactory([lines]);
        using var floor = new LogFloor(new Rules(new LoggerFilterOptions()));
        using var loggers = new GuardedLoggers(inner, floor, new TelemetryFaults(), new StoppedTime());
        var text = new string('y', 20_000);
        foreach (var (category, level) in new[] { ("Anybody", LogLevel.Error), ("Microsoft.AspNetCore.Hosting", LogLevel.Information) })
        {
            for (var i = 0; i < 3; i++)
            {
                LogAt(loggers.CreateLogger(category), level, text);
            }
        }

        Assert.Equal(6, lines.Lines.Count(line => line.Contains(text, StringComparison.Ordinal)));
    }

    [Fact]
    public void What_is_told_of_credentials_of_each_call_is_held_back()
    {
        using var lines = new EverythingLogged();
        using var inner = new LoggerFactory([lines]);
        using var floor = new LogFloor(new Rules(new LoggerFilterOptions()));
        using var loggers = new GuardedLoggers(inner, floor, new TelemetryFaults(), new StoppedTime());
        foreach (var handler in new[] { typeof(ApiKeyHandler), typeof(TokenHandler), typeof(CertificateHandler) })
        {
            var logger = loggers.CreateLogger(handler.FullName!);
            for (var call = 0; call < 3; call++)
            {
                LogAt(logger, LogLevel.Information, "the caller was not authenticated");
            }
        }

        Assert.Equal(3, lines.Lines.Count);
    }

    [Fact]
    public void Levels_that_no_rule_lets_through_are_not_asked_of_until_one_does()
    {
        var rules = new Rules(new LoggerFilterOptions { MinLevel = LogLevel.Information });
        using var lines = new EverythingLogged();
        using var inner = new LoggerFactory([lines], rules);
        using var floor = new LogFloor(rules);
        using var loggers = new GuardedLoggers(inner, floor, new TelemetryFaults(), new StoppedTime());
        var logger = loggers.CreateLogger("Somebody");
        LogAt(logger, LogLevel.Debug, "the first");
        Assert.False(logger.IsEnabled(LogLevel.Debug));
        Assert.Empty(lines.Lines);

        rules.Change(new LoggerFilterOptions { MinLevel = LogLevel.Error, Rules = { new LoggerFilterRule(null, "Somebody", LogLevel.Debug, null) } });
        LogAt(logger, LogLevel.Debug, "the second");
        LogAt(logger, LogLevel.Trace, "the third");
        LogAt(loggers.CreateLogger("Another"), LogLevel.Warning, "the fourth");
        Assert.Contains("the second", Assert.Single(lines.Lines), StringComparison.Ordinal);

        rules.Change(new LoggerFilterOptions
        {
            MinLevel = LogLevel.Error,
            Rules = { new LoggerFilterRule(null, null, null, static (_, _, level) => level == LogLevel.Trace) }
        });
        LogAt(logger, LogLevel.Debug, "the fifth");
        LogAt(logger, LogLevel.Trace, "the sixth");
        Assert.Contains("the sixth", lines.Lines.Last(), StringComparison.Ordinal);
        Assert.Equal(2, lines.Lines.Count);
    }

    [LoggerMessage(1, LogLevel.Error, "from {Client}")]
    private static partial void LogFrom(ILogger logger, string client);

    [LoggerMessage(EventId = 2, Message = "from {Client}")]
    private static partial void LogAt(ILogger logger, LogLevel level, string client);

    /// <summary>Rules that change while loggers are in use, as those of a file do.</summary>
    private sealed class Rules(LoggerFilterOptions rules) : IOptionsMonitor<LoggerFilterOptions>
    {
        private event Action<LoggerFilterOptions, string?>? Changed;

        public LoggerFilterOptions CurrentValue { get; private set; } = rules;

        public LoggerFilterOptions Get(string? name) => CurrentValue;

        public IDisposable? OnChange(Action<LoggerFilterOptions, string?> listener)
        {
            Changed += listener;
            return null;
        }

        public void Change(LoggerFilterOptions now)
        {
            CurrentValue = now;
            Changed?.Invoke(now, Options.DefaultName);
        }
    }
}
