using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service.Settings;

namespace Scoring.Service.Memory;

/// <summary>
/// All that clients make the server hold: messages, answers, what the transport has of them, and what is measured; and the most that it may be.
/// </summary>
internal sealed class HeldMemory(MessagePool messages, LargeBlockMemoryPool blocks, IOptions<LimitSettings> limits) : IDisposable
{
    private long _measured;

    /// <summary>The most that all may be together.</summary>
    public long Limit { get; } = MemorySum.Of(limits.Value).BufferBytes;

    /// <summary>The most that calls may hold of their own, beside all that.</summary>
    public long CallLimit { get; set; } = MemorySum.Of(limits.Value).CallBytes;

    public long Bytes => messages.Buffers.RentedBytes + blocks.RentedBytes + Volatile.Read(ref _measured);

    /// <summary>Counts so many bytes more, or fewer, of what calls hold besides.</summary>
    public void AddUnpooled(long bytes) => Interlocked.Add(ref _measured, bytes);

    /// <summary>Gives back what is kept for use again.</summary>
    public void Trim()
    {
        messages.Buffers.Trim();
        blocks.Trim();
    }

    public void Dispose() => Trim();
}
