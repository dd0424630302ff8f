using Scoring.Protocol.Buffers;

namespace Scoring.Protocol;

/// <summary>
/// A message whose memory comes from a pool, the message object itself included. Whoever holds it disposes it, once;
/// afterwards it may be another message of the same stream or of any other.
/// </summary>
internal abstract class PooledMessage<TSelf> : IDisposable
    where TSelf : PooledMessage<TSelf>
{
    private readonly FreeList<TSelf> _home;
    private bool _inUse = true;

    protected PooledMessage(FreeList<TSelf> home)
    {
        _home = home;
    }

    /// <summary>Called by the pool when the message is taken again.</summary>
    internal void MarkInUse() => _inUse = true;

    public void Dispose()
    {
        if (!_inUse)
        {
            throw new ObjectDisposedException(typeof(TSelf).Name, "A pooled message was disposed twice.");
        }

        _inUse = false;
        Clear();
        _home.TryAdd((TSelf)this);
    }

    /// <summary>Returns all memory and makes every field what it is in a message that was just created.</summary>
    protected abstract void Clear();
}
