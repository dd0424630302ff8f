using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service.Hosting;

namespace Scoring.Service.Connections;

/// <summary>All that clients make the server hold: messages, answers, what the transport has of them, and rows to calibrate with; and the most that it may be.</summary>
internal sealed class HeldMemory(MessagePool messages, LargeBlockMemoryPool blocks, IOptions<LimitSettings> limits) : IDisposable
{
    private long _rows;

    /// <summary>The most that all may be together.</summary>
    public long Limit { get; } = MemorySum.Of(limits.Value).BufferBytes;

    public long Bytes => messages.Buffers.RentedBytes + blocks.RentedBytes + Volatile.Read(ref _rows);

    /// <summary>Counts so many bytes of rows more, or fewer.</summary>
    public void AddRows(long bytes) => Interlocked.Add(ref _rows, bytes);

    /// <summary>Gives back what is kept for use again.</summary>
    public void Trim()
    {
        messages.Buffers.Trim();
        blocks.Trim();
    }

    public void Dispose() => Trim();
}
