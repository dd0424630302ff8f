using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Scoring.Service.Memory;

/// <summary>Gives every part of the transport the same <see cref="LargeBlockMemoryPool"/>.</summary>
internal sealed class LargeBlockMemoryPoolFactory(LargeBlockMemoryPool pool) : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => pool;
}
