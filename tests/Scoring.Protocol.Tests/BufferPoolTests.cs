using System.Runtime.InteropServices;
using CsCheck;
using Scoring.Protocol.Buffers;

namespace Scoring.Protocol.Tests;

public sealed class BufferPoolTests
{
    [Fact]
    public void A_buffer_is_aligned_and_at_least_as_large_as_asked() => Gen.Int[0, 5_000_000].Sample(bytes =>
    {
        var pool = new BufferPool(maxIdleBytes: 0);
        var buffer = pool.Rent(bytes);
        Assert.InRange(buffer.Capacity, bytes, Math.Max(256, bytes * 5L / 4));
        var address = Address(buffer);
        Assert.Equal(0, address % AlignedBuffer.Alignment);
        pool.Return(buffer);
    });

    [Fact]
    public void The_counts_are_those_of_what_is_rented() => Gen.Int[1, 100_000].Array[1, 50].Sample(sizes =>
    {
        var pool = new BufferPool(maxIdleBytes: 1 << 20);
        var rented = sizes.Select(pool.Rent).ToList();
        Assert.Equal(sizes.Length, pool.OutstandingRents);
        Assert.Equal(rented.Sum(buffer => (long)buffer.Capacity), pool.RentedBytes);

        rented.ForEach(pool.Return);
        Assert.Equal(0, pool.OutstandingRents);
        Assert.Equal(0, pool.RentedBytes);
        Assert.InRange(pool.IdleBytes, 1, 1 << 20);
    });

    [Fact]
    public void The_last_buffer_returned_is_the_first_one_rented_again()
    {
        var pool = new BufferPool(maxIdleBytes: 1 << 20);
        var first = pool.Rent(1000);
        var second = pool.Rent(1000);
        pool.Return(first);
        pool.Return(second);
        Assert.Same(second, pool.Rent(1000));
        Assert.Same(first, pool.Rent(1000));
    }

    [Fact]
    public void Idle_buffers_stay_within_their_bound_and_give_way_to_the_sizes_in_use()
    {
        var pool = new BufferPool(maxIdleBytes: 10_000);
        pool.Return(pool.Rent(8_000));
        var inUse = pool.Rent(5_000);
        pool.Return(inUse);
        Assert.InRange(pool.IdleBytes, inUse.Capacity, 10_000);
        Assert.Same(inUse, pool.Rent(5_000));
    }

    [Fact]
    public void A_buffer_larger_than_the_bound_is_not_kept()
    {
        var pool = new BufferPool(maxIdleBytes: 10_000);
        pool.Return(pool.Rent(20_000));
        Assert.Equal(0, pool.IdleBytes);
    }

    [Fact]
    public void What_other_threads_returned_is_found_again_and_the_counts_agree()
    {
        var pool = new BufferPool(maxIdleBytes: 1 << 24);
        var rented = new AlignedBuffer[1000];
        Parallel.For(0, rented.Length, i => rented[i] = pool.Rent(1000));
        Assert.Equal(rented.Length, pool.OutstandingRents);
        Parallel.For(0, rented.Length, i => pool.Return(rented[i]));
        Assert.Equal((0L, 0L), (pool.OutstandingRents, pool.RentedBytes));

        var idle = pool.IdleBytes;
        var again = Enumerable.Range(0, rented.Length).Select(_ => pool.Rent(1000)).ToHashSet();
        Assert.Superset(again, rented.ToHashSet());
        Assert.Equal((idle, 0L), (pool.RentedBytes, pool.IdleBytes));
    }

    [Fact]
    public void Returning_a_buffer_twice_is_an_error()
    {
        var pool = new BufferPool(maxIdleBytes: 10_000);
        var buffer = pool.Rent(100);
        pool.Return(buffer);
        Assert.Throws<InvalidOperationException>(() => pool.Return(buffer));
    }

    [Fact]
    public void Disposing_a_message_twice_is_an_error()
    {
        var message = new MessagePool(maxIdleBytes: 0).RentRequest();
        message.Dispose();
        Assert.Throws<ObjectDisposedException>(message.Dispose);
    }

    [Fact]
    public void An_array_keeps_its_elements_as_it_grows()
    {
        var pool = new BufferPool(maxIdleBytes: 1 << 20);
        var array = new PooledArray<uint>(pool);
        for (var i = 0u; i < 10_000; i++)
        {
            array.Append(1, expectedMore: 0)[0] = i;
        }

        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => (uint)i), array.Span.ToArray());
        Assert.Equal(1, pool.OutstandingRents);
        array.Release();
        Assert.Equal(0, pool.OutstandingRents);
    }

    private static unsafe long Address(AlignedBuffer buffer)
    {
        fixed (byte* start = &MemoryMarshal.GetReference(buffer.AsSpan<byte>(1)))
        {
            return (long)start;
        }
    }
}
