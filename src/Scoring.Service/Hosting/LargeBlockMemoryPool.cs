using System.Buffers;
using Scoring.Protocol.Buffers;

namespace Scoring.Service.Hosting;

/// <summary>
/// Blocks of 64 KB for the transport, where Kestrel's own pool has 4 KB: a message of half a megabyte then takes 8 of them and
/// not 128. The last block returned is the first one rented, so the same few stay in the cache.
/// </summary>
internal sealed class LargeBlockMemoryPool(int maxIdleBlocks) : MemoryPool<byte>
{
    public const int BlockBytes = 64 << 10;

    private readonly FreeList<Block> _idle = new(maxIdleBlocks);

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (!_idle.TryTake(out var block))
        {
            block = new Block(_idle);
        }

        block.MarkRented();
        return block;
    }

    /// <summary>Nothing to do: blocks are managed memory, and those still rented stay valid for whoever holds them.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(FreeList<Block> home) : IMemoryOwner<byte>
    {
        private int _rented;

        /// <summary>Pinned, because sockets read into it and write from it.</summary>
        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);

        public void MarkRented() => Volatile.Write(ref _rented, 1);

        /// <summary>Disposing twice is allowed by the interface, and returns the block once.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _rented, 0) == 1)
            {
                home.TryAdd(this);
            }
        }
    }
}
