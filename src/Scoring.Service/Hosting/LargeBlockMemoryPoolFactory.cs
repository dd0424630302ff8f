using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Scoring.Service.Hosting;

/// <summary>Gives every part of the transport the same <see cref="LargeBlockMemoryPool"/>.</summary>
internal sealed class LargeBlockMemoryPoolFactory(IOptions<LimitSettings> limits) : IMemoryPoolFactory<byte>, IDisposable
{
    private readonly LargeBlockMemoryPool _pool = new((int)Math.Min(limits.Value.IdleBufferBytes / LargeBlockMemoryPool.BlockBytes, int.MaxValue));

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => _pool;

    public void Dispose() => _pool.Dispose();
}
