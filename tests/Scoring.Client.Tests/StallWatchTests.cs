using Grpc.Core;
using Scoring.Client.Streams;
using Scoring.Protocol;

namespace Scoring.Client.Tests;

public sealed class StallWatchTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_call_that_leaves_a_message_unanswered_is_cancelled()
    {
        var time = new ManualTimers();
        using var end = new CancellationTokenSource();
        using var watch = new StallWatch(WithOneUnderWay(), Timeout, end, time);
        watch.Waits();
        time.Fire(times: 5);
        Assert.True(watch.IsStalled);
        Assert.True(end.IsCancellationRequested);
    }

    [Fact]
    public void A_call_that_has_answered_all_is_cancelled_only_once_nothing_more_is_sent()
    {
        var time = new ManualTimers();
        using var end = new CancellationTokenSource();
        using var watch = new StallWatch(new InFlightWindow(1, 1), Timeout, end, time);
        watch.Waits();
        time.Fire(times: 20);
        Assert.False(end.IsCancellationRequested);
        watch.AllSent();
        time.Fire(times: 5);
        Assert.True(end.IsCancellationRequested);
    }

    /// <summary>The end of a timer does not wait for the call that is under way, which may come when the source is disposed.</summary>
    [Fact]
    public void A_look_that_is_late_cancels_nothing()
    {
        var time = new ManualTimers();
        var end = new CancellationTokenSource();
        var watch = new StallWatch(WithOneUnderWay(), Timeout, end, time);
        watch.Waits();
        watch.Dispose();
        end.Dispose();
        time.Fire(times: 5);
        Assert.False(watch.IsStalled);
    }

    [Fact]
    public void Whoever_throws_when_the_call_is_cancelled_does_not_throw_at_the_timer()
    {
        var time = new ManualTimers();
        using var end = new CancellationTokenSource();
        end.Token.Register(() => throw new InvalidDataException("no"));
        using var watch = new StallWatch(WithOneUnderWay(), Timeout, end, time);
        watch.Waits();
        time.Fire(times: 5);
        Assert.True(watch.IsStalled);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40_000)]
    public void A_timer_comes_again_however_short_the_time_is(long ticks)
    {
        var time = new ManualTimers();
        using var end = new CancellationTokenSource();
        using var watch = new StallWatch(WithOneUnderWay(), TimeSpan.FromTicks(ticks), end, time);
        // .NET takes less for no period at all.
        Assert.True(time.Period >= TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_call_that_does_not_start_leaves_no_timer()
    {
        var time = new ManualTimers();
        var window = new InFlightWindow(1, 1);
        await using var outbox = new Outbox(AsyncEnumerable.Empty<ScoreRequest>().GetAsyncEnumerator(
            TestContext.Current.CancellationToken), window, new MessageSpans(), new MessagePool(0));
        Assert.Throws<ObjectDisposedException>(() => new StreamCall(
            AsyncDuplexStreamingCall<PooledScoreRequest, PooledScoreResponse> (_) => throw new ObjectDisposedException("channel"), outbox, window,
            Timeout, time, CancellationToken.None));
        Assert.Equal(0, time.Running);
    }

    private static InFlightWindow WithOneUnderWay()
    {
        var window = new InFlightWindow(1, 1);
        Assert.True(window.TryEnter(new InFlightMessage(new ScoreRequest(), 1, 1)));
        Assert.True(window.TrySend(out _));
        return window;
    }

    /// <summary>Timers that are due when the test says so, even where they are disposed.</summary>
    private sealed class ManualTimers : TimeProvider
    {
        private Action _callback = () => { };

        public TimeSpan Period { get; private set; }

        public int Running { get; private set; }

        public void Fire(int times)
        {
            for (var i = 0; i < times; i++)
            {
                _callback();
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_callback, Period) = (() => callback(state), period);
            Running++;
            return new ManualTimer(() => Running--);
        }
    }

    private sealed class ManualTimer(Action end) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => end();

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
