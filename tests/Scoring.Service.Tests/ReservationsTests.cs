using Scoring.Service.Memory;

namespace Scoring.Service.Tests;

/// <summary>Who has room, and who waits for it.</summary>
public sealed class ReservationsTests
{
    private long _heldOtherwise;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_came_first_is_served_first_however_little_the_next_one_asks_for()
    {
        var room = new Reservations(100, () => _heldOtherwise);
        Assert.True(room.TryReserve(60));
        var first = room.ReserveAsync(50, TestEnd).AsTask();
        Assert.False(room.TryReserve(1));
        var second = room.ReserveAsync(1, TestEnd).AsTask();
        Assert.False(first.IsCompleted || second.IsCompleted);

        room.Release(60);
        await first;
        await second;
        Assert.Equal(51, room.Bytes);
    }

    [Fact]
    public async Task Who_asks_for_little_has_a_reserve_and_takes_nothing_from_those_who_wait_for_much()
    {
        var room = new Reservations(100, () => _heldOtherwise, reserve: 20, smallLimit: 10);
        Assert.True(room.TryReserve(60));
        var large = room.ReserveAsync(50, TestEnd).AsTask();
        // There would be room for these within the limit, but it is what the large one waits for.
        Assert.True(room.TryReserve(10));
        Assert.True(room.TryReserve(10));
        Assert.False(room.TryReserve(10));
        var small = room.ReserveAsync(10, TestEnd).AsTask();
        Assert.False(large.IsCompleted || small.IsCompleted);

        // The reserve goes from one to the next, and the large one still waits.
        room.Release(10);
        await small;
        Assert.False(large.IsCompleted);
        room.Release(60);
        await large;
        Assert.Equal(70, room.Bytes);
        room.Release(10);
        room.Release(10);
        room.Release(50);
        Assert.Equal(0, room.Bytes);
        Assert.True(room.TryReserve(100));
    }

    [Fact]
    public async Task What_is_held_otherwise_takes_of_the_limit_and_not_of_the_reserve()
    {
        _heldOtherwise = 100;
        var room = new Reservations(100, () => _heldOtherwise, reserve: 20, smallLimit: 10);
        Assert.False(room.TryReserve(11));
        Assert.True(room.TryReserve(10));
        var waiting = room.ReserveAsync(90, TestEnd).AsTask();
        _heldOtherwise = 10;
        room.Check();
        await waiting;
        Assert.Equal(100, room.Bytes);
        Assert.False(room.IsWaitedFor);
    }

    [Fact]
    public async Task Who_gives_up_keeps_nobody_waiting()
    {
        var room = new Reservations(100, () => _heldOtherwise, reserve: 20, smallLimit: 10);
        Assert.True(room.TryReserve(100));
        using var end = new CancellationTokenSource();
        var large = room.ReserveAsync(50, end.Token).AsTask();
        var next = room.ReserveAsync(30, TestEnd).AsTask();
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        room.Release(100);
        await next;
        Assert.Equal(30, room.Bytes);
    }
}
