using System.Diagnostics;

namespace Scoring.Service.Streaming;

/// <summary>
/// Bytes that are promised before they are there, within a limit. Who finds no room waits in a queue, so that nobody who came later is served first.
/// </summary>
/// <param name="limit">The most that is promised, besides what is held otherwise. The first may be larger, and is alone then.</param>
/// <param name="heldOtherwise">What else takes of the limit. Where it becomes less, <see cref="Look"/> is to be called.</param>
internal sealed class Reservations(long limit, Func<long> heldOtherwise)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _queue = [];
    private long _bytes;
    private int _waiting;

    /// <summary>The most that is promised.</summary>
    public long Limit => limit;

    /// <summary>What is promised now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether anybody waits.</summary>
    public bool IsWaitedFor => Volatile.Read(ref _waiting) > 0;

    /// <summary>False where there is no room, or others wait for theirs.</summary>
    public bool TryReserve(long bytes)
    {
        lock (_lock)
        {
            if (_queue.Count > 0 || !Fits(bytes))
            {
                return false;
            }

            _bytes += bytes;
            return true;
        }
    }

    /// <summary>Waits for room, and takes it.</summary>
    public ValueTask ReserveAsync(long bytes, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(bytes);
        lock (_lock)
        {
            _queue.AddLast(waiter.Node);
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
            _bytes -= bytes;
            Debug.Assert(_bytes >= 0, "What is released was reserved.");
            Serve();
        }
    }

    /// <summary>Called when something was given back that is held otherwise.</summary>
    public void Look()
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
                _bytes -= waiter.Bytes;
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
        while (_queue.First?.Value is { } first && Fits(first.Bytes))
        {
            Leave(first);
            _bytes += first.Bytes;
            first.SetResult();
        }
    }

    private void Leave(Waiter waiter)
    {
        _queue.Remove(waiter.Node);
        Interlocked.Decrement(ref _waiting);
    }

    private bool Fits(long bytes) => _bytes + heldOtherwise() is var held && (held == 0 || held + bytes <= limit);

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
