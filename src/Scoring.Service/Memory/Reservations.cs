using System.Diagnostics;

namespace Scoring.Service.Memory;

/// <summary>
/// Bytes that are promised before they are there, within a limit. Who finds no room waits in a queue, so that nobody who came later is served
/// first. Who asks for little has a queue of its own, and a reserve where those who ask for much have taken the rest: they may keep it for long.
/// </summary>
/// <param name="limit">The most that is promised, besides what is held otherwise and the reserve. The first may be larger, and is alone then.</param>
/// <param name="heldOtherwise">What else takes of the limit. Where it becomes less, <see cref="Check"/> is to be called.</param>
/// <param name="reserve">The most that is promised beyond the limit to those who ask for little.</param>
/// <param name="smallLimit">The most that counts as little.</param>
internal sealed class Reservations(long limit, Func<long> heldOtherwise, long reserve = 0, long smallLimit = 0)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _queue = [];
    private readonly LinkedList<Waiter> _smallQueue = [];
    private long _bytes;

    /// <summary>What of the bytes is in the reserve.</summary>
    private long _reserved;
    private int _waiting;

    /// <summary>The most that is promised.</summary>
    public long Limit => limit;

    /// <summary>What is promised now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether anybody waits.</summary>
    public bool IsWaitedFor => Volatile.Read(ref _waiting) > 0;

    /// <summary>Whether the reserve has so little, for which nobody waits.</summary>
    public bool HasReserve(long bytes)
    {
        lock (_lock)
        {
            return _smallQueue.Count == 0 && IsInReserve(bytes);
        }
    }

    /// <summary>False where there is no room, or others wait for theirs.</summary>
    public bool TryReserve(long bytes)
    {
        lock (_lock)
        {
            return QueueFor(bytes).Count == 0 && TryTake(bytes);
        }
    }

    /// <summary>Waits for room, and takes it.</summary>
    public ValueTask ReserveAsync(long bytes, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(bytes);
        lock (_lock)
        {
            QueueFor(bytes).AddLast(waiter.Node);
            // Announced before the look at what there is: whoever gives something back after that look finds it.
            Interlocked.Increment(ref _waiting);
            Serve();
        }

        return waiter.Task.IsCompleted ? default : new ValueTask(WaitAsync(waiter, cancellationToken));
    }

    public void Release(long bytes)
    {
        lock (_lock)
        {
            GiveBack(bytes);
            Serve();
        }
    }

    /// <summary>Called when something was given back that is held otherwise.</summary>
    public void Check()
    {
        if (IsWaitedFor)
        {
            lock (_lock)
            {
                Serve();
            }
        }
    }

    private async Task WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        try
        {
            await waiter.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            GiveUp(waiter);
            throw;
        }
    }

    private void GiveUp(Waiter waiter)
    {
        lock (_lock)
        {
            if (waiter.Node.List is null)
            {
                // It was served at the same moment.
                GiveBack(waiter.Bytes);
            }
            else
            {
                Leave(waiter);
            }

            Serve();
        }
    }

    private void Serve()
    {
        Serve(_queue);
        Serve(_smallQueue);
    }

    private void Serve(LinkedList<Waiter> queue)
    {
        while (queue.First?.Value is { } first && TryTake(first.Bytes, isFirst: true))
        {
            Leave(first);
            first.SetResult();
        }
    }

    private void Leave(Waiter waiter)
    {
        waiter.Node.List!.Remove(waiter.Node);
        Interlocked.Decrement(ref _waiting);
    }

    private LinkedList<Waiter> QueueFor(long bytes) => IsSmall(bytes) ? _smallQueue : _queue;

    private bool IsSmall(long bytes) => bytes <= smallLimit;

    private bool IsInReserve(long bytes) => IsSmall(bytes) && _reserved + bytes <= reserve;

    /// <param name="bytes">How many.</param>
    /// <param name="isFirst">Whether it is the first of its queue who asks.</param>
    private bool TryTake(long bytes, bool isFirst = false)
    {
        // While others wait for much, nobody takes from them what they wait for.
        if ((_queue.Count == 0 || (isFirst && !IsSmall(bytes))) && Fits(bytes))
        {
            _bytes += bytes;
            return true;
        }

        if (!IsInReserve(bytes))
        {
            return false;
        }

        _bytes += bytes;
        _reserved += bytes;
        return true;
    }

    /// <summary>Who had little gives back to the reserve, whichever it was from: it is to be there for the next.</summary>
    private void GiveBack(long bytes)
    {
        _bytes -= bytes;
        if (IsSmall(bytes))
        {
            _reserved -= Math.Min(bytes, _reserved);
        }

        Debug.Assert(_bytes >= _reserved, "What is released was reserved.");
    }

    private bool Fits(long bytes) => _bytes - _reserved + heldOtherwise() is var held && (held == 0 || held + bytes <= limit);

    private sealed class Waiter : TaskCompletionSource
    {
        public Waiter(long bytes)
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            Bytes = bytes;
            Node = new LinkedListNode<Waiter>(this);
        }

        public long Bytes { get; }

        public LinkedListNode<Waiter> Node { get; }
    }
}
