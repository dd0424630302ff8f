using CsCheck;

namespace Scoring.Client.Tests;

public sealed class InFlightWindowTests
{
    [Fact]
    public void It_takes_messages_up_to_either_bound() => Gen.Select(Gen.Int[1, 10], Gen.Long[1, 1000], Gen.Long[1, 500].Array[1, 30]).Sample((messages, bytes, sizes) =>
    {
        var window = new InFlightWindow(messages, bytes);
        var inFlight = 0L;
        var id = 0UL;
        foreach (var size in sizes)
        {
            var fits = window.Count == 0 || (window.Count < messages && inFlight + size <= bytes);
            Assert.Equal(fits, window.TryEnter(++id, size));
            if (!fits)
            {
                break;
            }

            inFlight += size;
        }
    });

    [Fact]
    public async Task A_sender_waits_until_an_answer_makes_room()
    {
        var window = new InFlightWindow(maxMessages: 1, maxBytes: 100);
        Assert.True(window.TryEnter(1, 10));
        var waiting = window.EnterAsync(2, 10, TestContext.Current.CancellationToken).AsTask();
        Assert.False(waiting.IsCompleted);
        window.Answered(1);
        await waiting;
        Assert.Equal(1, window.Count);
    }

    [Fact]
    public async Task A_sender_that_waits_can_be_cancelled()
    {
        var window = new InFlightWindow(maxMessages: 1, maxBytes: 100);
        Assert.True(window.TryEnter(1, 10));
        using var cancel = new CancellationTokenSource();
        var waiting = window.EnterAsync(2, 10, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(1, window.Count);
    }

    [Fact]
    public void An_answer_out_of_order_is_an_error_that_names_both_messages()
    {
        var window = new InFlightWindow(maxMessages: 5, maxBytes: 100);
        Assert.True(window.TryEnter(1, 10));
        Assert.True(window.TryEnter(2, 10));
        var thrown = Assert.Throws<ScoringException>(() => window.Answered(2));
        Assert.Contains("An answer came for message 2, and message 1 was the next", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_that_nobody_awaits_is_an_error()
    {
        var thrown = Assert.Throws<ScoringException>(() => new InFlightWindow(1, 1).Answered(9));
        Assert.Contains("An answer came for message 9, and none was awaited", thrown.Message, StringComparison.Ordinal);
    }
}
