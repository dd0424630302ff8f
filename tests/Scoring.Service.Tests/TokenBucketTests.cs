using Microsoft.Extensions.Options;
using Scoring.Service.Security;

namespace Scoring.Service.Tests;

public sealed class TokenBucketTests
{
    private readonly StoppedTime _time = new() { Seconds = 1 };

    [Fact]
    public void A_burst_passes_at_once_and_then_as_many_as_the_rate_has()
    {
        var bucket = new TokenBucket(perSecond: 10, burstSeconds: 2, _time);
        Assert.Equal(20, TakeAll(bucket));
        Assert.False(bucket.TryTake(1, out var retryAfterMs));
        _time.Seconds += retryAfterMs / 1000.0;
        Assert.Equal(1, TakeAll(bucket));
        _time.Seconds += 1;
        Assert.Equal(10, TakeAll(bucket));
        _time.Seconds += 1000;
        Assert.Equal(20, TakeAll(bucket));
    }

    [Fact]
    public void More_than_a_burst_passes_and_is_waited_for_by_what_follows()
    {
        var bucket = new TokenBucket(perSecond: 10, burstSeconds: 1, _time);
        Assert.True(bucket.TryTake(100, out _));
        Assert.False(bucket.TryTake(1, out var retryAfterMs));
        Assert.InRange(retryAfterMs, 9000u, 9001u);
        _time.Seconds += 8.9;
        Assert.False(bucket.TryTake(1, out _));
        _time.Seconds += 0.2;
        Assert.True(bucket.TryTake(1, out _));
    }

    [Fact]
    public void The_largest_message_at_the_lowest_rate_does_not_overflow()
    {
        var bucket = new TokenBucket(perSecond: 1e-9, burstSeconds: 3600, _time);
        Assert.True(bucket.TryTake(int.MaxValue, out _));
        Assert.False(bucket.TryTake(int.MaxValue, out var retryAfterMs));
        Assert.Equal(uint.MaxValue, retryAfterMs);
    }

    [Fact]
    public async Task Many_threads_together_take_no_more_than_there_is()
    {
        var bucket = new TokenBucket(perSecond: 10_000, burstSeconds: 1, _time);
        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => TakeAll(bucket))));
        Assert.Equal(10_000, taken.Sum());
    }

    [Fact]
    public void No_more_callers_are_kept_account_of_than_may_be_and_none_escapes_its_limit()
    {
        var limits = new CallerLimits(Options.Create(new RateLimitSettings { MessagesPerSecond = 1, MaxCallers = 2 }), _time);
        Assert.Null(limits.Of("a")!.TakeMessage());
        Assert.Null(limits.Of("b")!.TakeMessage());
        // There is no room: these two share an account.
        Assert.Null(limits.Of("c")!.TakeMessage());
        Assert.NotNull(limits.Of("d")!.TakeMessage());
        Assert.NotNull(limits.Of("a")!.TakeMessage());
        Assert.Equal(2, limits.Count);

        // By now nobody owes anything, and may as well be forgotten.
        _time.Seconds += 10;
        Assert.Null(limits.Of("e")!.TakeMessage());
        Assert.Null(limits.Of("f")!.TakeMessage());
        Assert.Equal(2, limits.Count);
        Assert.NotNull(limits.Of("e")!.TakeMessage());
    }

    [Fact]
    public void A_stream_that_was_idle_for_long_has_the_account_that_its_caller_has_by_then()
    {
        var limits = new CallerLimits(Options.Create(new RateLimitSettings { MessagesPerSecond = 1, MaxCallers = 1 }), _time);
        var stream = new Caller("a", limit: () => limits.Of("a"));
        // Nobody owes anything, so the next caller has the place.
        Assert.Null(limits.Of("b")!.TakeMessage());
        _time.Seconds += 10;
        var other = new Caller("a", limit: () => limits.Of("a"));
        Assert.Null(other.Limit!.TakeMessage());
        Assert.NotNull(stream.Limit!.TakeMessage());
        Assert.Same(other.Limit, stream.Limit);
    }

    [Fact]
    public void Callers_that_once_had_to_share_an_account_have_their_own_once_there_is_one()
    {
        var limits = new CallerLimits(Options.Create(new RateLimitSettings { MessagesPerSecond = 1, MaxCallers = 3 }), _time);
        var callers = "abcdef".Select(name => new Caller($"{name}", limit: () => limits.Of($"{name}"))).ToArray();
        Assert.Equal(4, callers.Count(caller => caller.Limit!.TakeMessage() is null));

        // By now nobody owes anything.
        _time.Seconds += 10;
        Assert.Equal(3, callers[3..].Count(caller => caller.Limit!.TakeMessage() is null));
        Assert.Equal(3, callers[3..].Select(caller => caller.Limit).Distinct().Count());
    }

    [Theory]
    [InlineData("key/a", 3, 10)]
    [InlineData("key/ab", 2, 7)]
    [InlineData("key/b", 1, 10)]
    [InlineData("jwt/a", 5, 10)]
    public void The_longest_pattern_that_matches_a_caller_holds_for_it(string caller, double messages, double rows)
    {
        var settings = new RateLimitSettings { MessagesPerSecond = 5, RowsPerSecond = 10 };
        settings.Callers["key/a"] = new() { MessagesPerSecond = 3 };
        settings.Callers["key/a*"] = new() { MessagesPerSecond = 2, RowsPerSecond = 7 };
        settings.Callers["key/*"] = new() { MessagesPerSecond = 1 };
        Assert.Equal(new CallerRates { MessagesPerSecond = messages, RowsPerSecond = rows }, settings.Of(caller));
    }

    private static int TakeAll(TokenBucket bucket)
    {
        var count = 0;
        while (bucket.TryTake(1, out _))
        {
            count++;
        }

        return count;
    }
}
