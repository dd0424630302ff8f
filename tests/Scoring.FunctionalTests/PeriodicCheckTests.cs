using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Memory;
using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;

namespace Scoring.FunctionalTests;

/// <summary>
/// What the service looks at now and then, of which a fault would end the process. It meets faults of any kind, but no end of memory here, which
/// all services of a process would take note of.
/// </summary>
public sealed class PeriodicCheckTests
{
    private const string Failed = "failed; there will be another";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_look_that_fails_is_told_and_the_next_is_taken()
    {
        await using var server = await ScoringServer.StartAsync(_time);
        server.ExpectedLog = Failed;
        var looks = 0;
        using var timer = PeriodicCheck.Start(_time, Period, Period, "something", Check, server.Services.GetRequiredService<FailureLog>());
        _time.Advance(3 * Period);
        Assert.Equal(3, looks);
        // Once a second of each kind.
        Assert.Contains(server.LogLines, line => line.Contains($"A look at something {Failed}", StringComparison.Ordinal));

        void Check()
        {
            looks++;
            throw new InvalidOperationException();
        }
    }

    [Fact]
    public async Task A_stream_that_cannot_be_ended_keeps_no_other_from_its_end()
    {
        await using var server = await ScoringServer.StartAsync(_time, "--Scoring:Limits:FirstMessageMs=1000", "--Scoring:Limits:CrowdedMs=0");
        server.ExpectedLog = Failed;
        var watches = server.Services.GetRequiredService<StreamWatches>();
        using var memory = new CallMemory(server.Services.GetRequiredService<ServerMemory>(), new ConnectionMemory(1 << 20), waits: true);
        await using var broken = watches.Create(new DefaultHttpContext(), memory, isStream: true);
        await using var other = watches.Create(new DefaultHttpContext(), memory, isStream: true);
        broken.Ending.Register(() => throw new InvalidOperationException());
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(Period / 4);
        }

        Assert.NotNull(broken.Reason);
        Assert.NotNull(other.Reason);
        Assert.Contains(server.LogLines, line => line.Contains($"A look at a stream {Failed}", StringComparison.Ordinal));
    }
}
