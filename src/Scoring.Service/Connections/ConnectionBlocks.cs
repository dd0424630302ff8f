using System.Buffers;
using Microsoft.AspNetCore.Connections.Features;
using Scoring.Service.Memory;

namespace Scoring.Service.Connections;

/// <summary>What the transport takes its memory from for one connection: it counts how much that is.</summary>
/// <param name="blocks">Where the memory comes from.</param>
/// <param name="memory">The connection's.</param>
/// <param name="grown">Called where the connection has so much more again that a look at all of them is worth while.</param>
internal sealed class ConnectionBlocks(LargeBlockMemoryPool blocks, ConnectionMemory memory, Action grown) : MemoryPool<byte>, IMemoryPoolFeature
{
    private const long BytesBetweenLooks = 1 << 20;

    private long _nextLook = BytesBetweenLooks;

    public override int MaxBufferSize => blocks.MaxBufferSize;

    public MemoryPool<byte> MemoryPool => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        var block = blocks.Rent(minBufferSize, memory, out var isNew);
        var held = memory.Transported;
        var nextLook = Volatile.Read(ref _nextLook);
        if (held >= nextLook)
        {
            Volatile.Write(ref _nextLook, held + BytesBetweenLooks);
            grown();
        }
        else if (isNew)
        {
            // Connections with little each may have much together.
            grown();
        }
        else if (held < nextLook - (2 * BytesBetweenLooks))
        {
            Volatile.Write(ref _nextLook, held + BytesBetweenLooks);
        }

        return block;
    }

    protected override void Dispose(bool disposing)
    {
        // The blocks are everybody's.
    }
}
