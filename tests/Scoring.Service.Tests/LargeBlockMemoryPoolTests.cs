using Scoring.Service.Memory;

namespace Scoring.Service.Tests;

/// <summary>The blocks that the transport is given.</summary>
public sealed class LargeBlockMemoryPoolTests
{
    [Fact]
    public void Who_has_many_blocks_is_given_small_ones_for_little_until_they_are_fewer()
    {
        const int Blocks = 1000;
        var pool = new LargeBlockMemoryPool(maxIdleBytes: 64 << 20);
        var connection = new ConnectionMemory(limit: long.MaxValue);
        var rented = Enumerable.Range(0, Blocks).Select(_ => pool.Rent(4096, connection, out bool _)).ToList();
        // Kestrel's blocks have 4 KB; these are for as many calls as a connection may have.
        Assert.InRange(connection.Transported, Blocks * 4096, Blocks * (20 << 10));
        Assert.Equal(connection.Transported, pool.RentedBytes);
        Assert.Equal(64 << 10, rented[0].Memory.Length);
        Assert.Equal(16 << 10, rented[^1].Memory.Length);

        using (var large = pool.Rent(pool.MaxBufferSize, connection, out bool _))
        {
            Assert.InRange(large.Memory.Length, pool.MaxBufferSize, int.MaxValue);
        }

        using (var another = pool.Rent(4096, new ConnectionMemory(limit: long.MaxValue), out bool _))
        {
            Assert.InRange(another.Memory.Length, pool.MaxBufferSize, int.MaxValue);
        }

        rented.ForEach(block => block.Dispose());
        Assert.Equal((0, 0), (connection.Transported, pool.RentedBytes));
        using var first = pool.Rent(4096, connection, out var isNew);
        Assert.False(isNew);
        Assert.InRange(first.Memory.Length, pool.MaxBufferSize, int.MaxValue);
    }
}
