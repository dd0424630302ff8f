using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service.Hosting;

namespace Scoring.Service.Connections;

/// <summary>All that clients make the server hold: messages, answers, and what the transport has of them; and the most that it may be.</summary>
internal sealed class HeldMemory(MessagePool messages, LargeBlockMemoryPool blocks, IOptions<LimitSettings> limits) : IDisposable
{
    /// <summary>The most that all may be together.</summary>
    public long Limit { get; } = MemorySum.Of(limits.Value).BufferBytes;

    public long Bytes => messages.Buffers.RentedBytes + blocks.RentedBytes;

    /// <summary>Gives back what is kept for use again.</summary>
    public void Trim()
    {
        messages.Buffers.Trim();
        blocks.Trim();
    }

    public void Dispose() => Trim();
}
