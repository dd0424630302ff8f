using System.Runtime.CompilerServices;
using Grpc.Core;
using Scoring.Service.Calls;
using Scoring.Service.Security;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>
/// Answers that may be large where their questions are small: what there are of heads and labels. They are made one after the other on a thread of
/// their own, where on the pool's a burst of such questions would keep all streams waiting. Callers take turns, so that the burst of one does not
/// keep the questions of another waiting either.
/// </summary>
internal sealed class LargeAnswers : IDisposable
{
    /// <summary>What is made where it is asked for, in a tenth of a millisecond or so.</summary>
    private const long MostAtOnce = 64 << 10;

    private readonly Callers _callers;
    private readonly FailureLog _failures;

    /// <summary>What goes on at its caller's turn, by caller.</summary>
    private readonly Dictionary<object, Queue<Waiter>> _waiting = [];

    /// <summary>The callers with something that waits, the next one first. It is the lock of both.</summary>
    private readonly Queue<object> _turns = [];
    private bool _isDisposed;

    public LargeAnswers(Callers callers, FailureLog failures)
    {
        (_callers, _failures) = (callers, failures);
        new Thread(Work) { IsBackground = true, Name = "scoring large answers" }.UnsafeStart();
    }

    /// <summary>
    /// Waits for the turn of a call whose answer takes about so many bytes until the transport has it, and takes room for it. What follows is on
    /// this thread, with all that gRPC does, until it waits for something.
    /// </summary>
    /// <exception cref="RpcException">The client is gone.</exception>
    public async ValueTask BeginAsync(long bytes, ServerCallContext context)
    {
        if (bytes <= MostAtOnce)
        {
            return;
        }

        try
        {
            await TurnOf(_callers.HolderOf(context), context.CancellationToken);
            // Here, and not in the queue for room: there a burst would be ahead of everybody's messages.
            CallMemory.Of(context.GetHttpContext()).HoldUnpooledAnswerAsync(bytes, context.CancellationToken).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception exception) when (ClientDisconnect.Caused(exception, context.CancellationToken))
        {
            // Nobody is there to be told, and nothing is wrong with the service.
            throw new RpcException(new Status(StatusCode.Cancelled, "the client is gone"));
        }
    }

    /// <summary>What to await for a turn on the thread.</summary>
    /// <param name="holder">Whose it is to be (<see cref="Callers.HolderOf"/>).</param>
    /// <param name="gone">Ends the wait, elsewhere: what waits holds memory, and the turn may be far off.</param>
    public Turn TurnOf(object holder, CancellationToken gone) => new(this, holder, gone);

    public void Dispose()
    {
        lock (_turns)
        {
            _isDisposed = true;
            Monitor.Pulse(_turns);
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
        while (Next() is { } waiter)
        {
            PeriodicCheck.Try("large answers", waiter.GoOn, _failures);
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
    internal readonly struct Turn(LargeAnswers answers, object holder, CancellationToken gone) : INotifyCompletion
    {
        public bool IsCompleted => false;

        public Turn GetAwaiter() => this;

        public void GetResult() => gone.ThrowIfCancellationRequested();

        public void OnCompleted(Action continuation) => answers.Add(holder, new Waiter(continuation, gone));
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
