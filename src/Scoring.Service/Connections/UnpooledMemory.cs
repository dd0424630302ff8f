using Scoring.Service.Memory;

namespace Scoring.Service.Connections;

/// <summary>
/// What one call holds besides pooled buffers and what the transport has, such as Evaluate to measure with: it counts among all that is held, and for
/// its connection. Where all is too much, the connection is cut that makes it so.
/// </summary>
internal sealed class UnpooledMemory(HeldMemory held, ConnectionCutter cutter, ConnectionMemory connection) : IDisposable
{
    /// <summary>What the call holds now.</summary>
    public long Bytes { get; private set; }

    /// <summary>Counts so many bytes more, or fewer.</summary>
    public void Add(long bytes)
    {
        Bytes += bytes;
        held.AddUnpooled(bytes);
        connection.AddUnpooled(bytes);
        if (bytes > 0)
        {
            cutter.Check();
        }
    }

    public void Dispose() => Add(-Bytes);
}
