using System.Diagnostics;
using Grpc.Core;
using Scoring.Cli.Bench;
using Scoring.Client;

namespace Scoring.Cli.Tests.Bench;

public sealed class LoadFlowTests
{
    private static readonly ScoreError Refusal = new(StatusCode.NotFound, "no such head", null, null, null);

    [Fact]
    public async Task A_message_comes_when_the_window_has_room()
    {
        var flow = Create(window: 2);
        Assert.True(await Now(flow.MoveNextAsync()));
        var first = flow.Current;
        Assert.True(await Now(flow.MoveNextAsync()));
        Assert.NotSame(first, flow.Current);

        var third = flow.MoveNextAsync();
        Assert.False(third.IsCompleted);
        flow.Take(Refusal);
        Assert.True(await third);
        Assert.Equal(1, flow.Answered);
        Assert.Equal(1, flow.Errors);
        Assert.Equal("NotFound: no such head", flow.FirstError);
    }

    [Fact]
    public async Task Latencies_count_from_the_time_that_was_set()
    {
        var flow = Create(window: 1);
        await Now(flow.MoveNextAsync());
        flow.Take(Refusal);
        Assert.Equal(0, flow.Latencies.TotalCount);

        flow.MeasureFrom(0);
        await Now(flow.MoveNextAsync());
        flow.Take(Refusal);
        Assert.Equal(1, flow.Latencies.TotalCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_message_comes_after_a_stop(bool waits)
    {
        var flow = Create(window: 1);
        Assert.True(await Now(flow.MoveNextAsync()));
        var waiting = waits ? flow.MoveNextAsync() : default;
        flow.Stop();
        Assert.False(await (waits ? waiting : flow.MoveNextAsync()));
        Assert.False(await flow.MoveNextAsync());
    }

    [Fact]
    public async Task Paced_messages_come_in_turn_and_none_before_its_time()
    {
        using var pacer = new Pacer(1000);
        LoadFlow[] flows = [Create(window: 100, pacer), Create(window: 100, pacer)];
        var start = Stopwatch.GetTimestamp();
        pacer.Start();
        for (var i = 0; i < 20; i++)
        {
            Assert.True(await flows[i % 2].MoveNextAsync());
        }

        // Messages count from 0, so the twentieth is due 19 ms after the pacer's start.
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(19));
    }

    [Fact]
    public async Task A_stall_is_charged_to_the_messages_that_were_due_in_it()
    {
        using var pacer = new Pacer(1e6);
        var flow = Create(window: 1, pacer);
        flow.MeasureFrom(0);
        pacer.Start();
        Assert.True(await flow.MoveNextAsync());

        // While the one message in flight has no answer, those after it become due.
        while (pacer.CountOverdue() < 5000)
        {
            await Task.Yield();
        }

        flow.Take(Refusal);
        Assert.True(await Now(flow.MoveNextAsync()));
        flow.Take(Refusal);
        var latency = Latency.Of([flow.Latencies]);
        Assert.True(latency.P50 > 4900, $"the second message waited {latency.P50} µs from when it was due");
    }

    private static LoadFlow Create(int window, Pacer? pacer = null) =>
        new(LoadMessage.CreateSeveral(new LoadPlan { Classes = 3 }), window, pacer);

    private static ValueTask<bool> Now(ValueTask<bool> moving)
    {
        Assert.True(moving.IsCompleted);
        return moving;
    }
}
