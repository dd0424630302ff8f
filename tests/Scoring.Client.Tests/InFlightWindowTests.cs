using CsCheck;
using Scoring.Client.Streams;

namespace Scoring.Client.Tests;

public sealed class InFlightWindowTests
{
    [Fact]
    public void It_takes_messages_up_to_either_bound() =>
        Gen.Select(Gen.Int[1, 10], Gen.Long[1, 1000], Gen.Int[1, 500].Array[1, 30]).Sample((messages, bytes, sizes) =>
    {
        var window = new InFlightWindow(messages, bytes);
        var inFlight = 0L;
        var id = 0UL;
        foreach (var size in sizes)
        {
            var message = Message(++id, size);
            var fits = window.Count == 0 || (window.Count < messages && inFlight + size <= bytes);
            Assert.Equal(fits, window.TryEnter(message));
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
        Assert.True(window.TryEnter(Message(1, 10)));
        var second = Message(2, 10);
        var waiting = window.EnterAsync(second, TestContext.Current.CancellationToken).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.True(window.TrySend(out _));
        window.Answered();
        await waiting;
        Assert.Equal(1, window.Count);
    }

    [Fact]
    public async Task A_sender_that_waits_can_be_cancelled()
    {
        var window = new InFlightWindow(maxMessages: 1, maxBytes: 100);
        Assert.True(window.TryEnter(Message(1, 10)));
        using var cancel = new CancellationTokenSource();
        var second = Message(2, 10);
        var waiting = window.EnterAsync(second, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(1, window.Count);
    }

    [Fact]
    public void An_answer_out_of_order_is_an_error_that_names_both_messages()
    {
        var window = new InFlightWindow(maxMessages: 5, maxBytes: 100);
        Assert.True(window.TryEnter(Message(1, 10)));
        Assert.True(window.TryEnter(Message(2, 10)));
        Assert.True(window.TrySend(out _));
        Assert.True(window.TrySend(out _));
        Assert.StartsWith("An answer came for message 2, and message 1 was the next", window.FaultOf(2), StringComparison.Ordinal);
        Assert.Null(window.FaultOf(1));
    }

    [Fact]
    public void An_answer_that_nobody_awaits_is_an_error()
    {
        var window = new InFlightWindow(maxMessages: 5, maxBytes: 100);
        Assert.True(window.TryEnter(Message(9, 10)));
        Assert.StartsWith("An answer came for message 9, and none was awaited", window.FaultOf(9), StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_answer_is_sent_again_in_order_before_anything_new() =>
        Gen.Select(Gen.Int[0, 20], Gen.Int[0, 20], Gen.Int[0, 20]).Sample((entered, sent, answered) =>
    {
        (sent, answered) = (Math.Min(sent, entered), Math.Min(answered, Math.Min(sent, entered)));
        var window = new InFlightWindow(maxMessages: 100, maxBytes: 1_000);
        for (var id = 1; id <= entered; id++)
        {
            Assert.True(window.TryEnter(Message((ulong)id, 4)));
        }

        for (var i = 0; i < sent; i++)
        {
            Assert.True(window.TrySend(out _));
        }

        for (var id = 1; id <= answered; id++)
        {
            Assert.Null(window.FaultOf((ulong)id));
            window.Answered();
        }

        window.Rewind();
        Assert.True(window.TryEnter(Message(100, 4)));
        ulong[] left = [.. Enumerable.Range(answered + 1, entered - answered).Select(id => (ulong)id), 100];
        Assert.Equal(left, window.Ids);
        Assert.Equal(left, Enumerable.Range(0, left.Length).Select(_ => window.TrySend(out var message) ? message.Id : 0));
        Assert.False(window.TrySend(out _));
    });

    private static InFlightMessage Message(ulong id, int bytes) => new(new ScoreRequest { Data = new byte[bytes] }, id, (long)id);
}
