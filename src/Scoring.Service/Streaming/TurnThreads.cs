using System.Runtime.CompilerServices;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>
/// Threads for what would keep others waiting for too long on the pool's, of which there are as many as processors. Callers take turns on them: what
/// one has to do, however much, keeps another waiting for no more than one piece of it. They are there from the start, because a thread may be what
/// there is no more room for later.
/// </summary>
internal sealed class TurnThreads : IDisposable
{
    /// <summary>Whose thread this is.</summary>
    [ThreadStatic]
    private static TurnThreads? Current;

    private readonly FailureLog _failures;
    private readonly Action? _turnEnded;

    /// <summary>What goes on at its caller's turn, by caller.</summary>
    private readonly Dictionary<object, Queue<Waiter>> _waiting = [];

    /// <summary>The callers with something that waits, the next one first. It is the lock of both.</summary>
    private readonly Queue<object> _turns = [];
    private bool _isDisposed;

    /// <param name="name">What the threads are called.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="failures">Where it is told that one has thrown something, which is not to be.</param>
    /// <param name="turnEnded">Called on the thread after each turn.</param>
    public TurnThreads(string name, int count, FailureLog failures, Action? turnEnded = null)
    {
        (_failures, _turnEnded) = (failures, turnEnded);
        for (var i = 0; i < count; i++)
        {
            new Thread(Work) { IsBackground = true, Name = name }.UnsafeStart();
        }
    }

    /// <summary>Whether this is one of the threads.</summary>
    public bool IsCurrent => Current == this;

    /// <summary>How many wait for a turn.</summary>
    public int Waiting
    {
        get
        {
            lock (_turns)
            {
                return _waiting.Values.Sum(theirs => theirs.Count);
            }
        }
    }

    /// <summary>What to await for a turn: what follows is on one of the threads, until it waits for something.</summary>
    /// <param name="holder">Whose it is to be (<see cref="Security.Callers.HolderOf"/>).</param>
    /// <param name="gone">Ends the wait, elsewhere: what waits holds memory, and the turn may be far off.</param>
    public Turn TurnOf(object holder, CancellationToken gone) => new(this, holder, gone);

    public void Dispose()
    {
        lock (_turns)
        {
            _isDisposed = true;
            Monitor.PulseAll(_turns);
        }
    }

    private void Add(object holder, Waiter waiter)
    {
        lock (_turns)
        {
            if (!_waiting.TryGetValue(holder, out var theirs))
            {
                _waiting[holder] = theirs = [];
                _turns.Enqueue(holder);
            }

            theirs.Enqueue(waiter);
            Monitor.Pulse(_turns);
        }
    }

    private void Work()
    {
        Current = this;
        while (Next() is { } waiter)
        {
            PeriodicCheck.Try("what takes long", waiter.GoOn, _failures);
            _turnEnded?.Invoke();
        }
    }

    /// <summary>Waits for what is next; null once there is to be nothing any more.</summary>
    private Waiter? Next()
    {
        lock (_turns)
        {
            while (_turns.Count == 0)
            {
                if (_isDisposed)
                {
                    return null;
                }

                Monitor.Wait(_turns);
            }

            var holder = _turns.Dequeue();
            var theirs = _waiting[holder];
            var next = theirs.Dequeue();
            if (theirs.Count > 0)
            {
                _turns.Enqueue(holder);
            }
            else
            {
                _waiting.Remove(holder);
            }

            return next;
        }
    }

    /// <summary>Goes on at its turn, or once its client is gone.</summary>
    internal readonly struct Turn(TurnThreads threads, object holder, CancellationToken gone) : INotifyCompletion
    {
        public bool IsCompleted => false;

        public Turn GetAwaiter() => this;

        public void GetResult() => gone.ThrowIfCancellationRequested();

        public void OnCompleted(Action continuation) => threads.Add(holder, new Waiter(continuation, gone));
    }

    private sealed class Waiter
    {
        private readonly CancellationTokenRegistration _gone;
        private Action? _continuation;

        public Waiter(Action continuation, CancellationToken gone)
        {
            _continuation = continuation;
            _gone = gone.UnsafeRegister(
                static waiter => ThreadPool.UnsafeQueueUserWorkItem(static waiter => waiter.GoOn(), (Waiter)waiter!, preferLocal: false), this);
        }

        /// <summary>Once.</summary>
        public void GoOn()
        {
            if (Interlocked.Exchange(ref _continuation, null) is { } continuation)
            {
                _gone.Unregister();
                continuation();
            }
        }
    }
}
