using System.Diagnostics;
using System.Threading.Tasks.Sources;
using HdrHistogram;
using Scoring.Client;

namespace Scoring.Cli.Bench;

/// <summary>
/// The messages of one stream, or of one unary caller, which are answered in order. The client draws them as from any source;
/// they come when the window has room and, with a pacer that runs, when they are due. Nothing is allocated for a message.
/// </summary>
/// <param name="messages">What is sent, over and over.</param>
/// <param name="window">Messages in flight at most.</param>
/// <param name="pacer">Null where there is no rate.</param>
internal sealed class LoadFlow(IReadOnlyList<LoadMessage> messages, int window, Pacer? pacer)
    : IAsyncEnumerable<ScoreRequest>, IAsyncEnumerator<ScoreRequest>, IValueTaskSource<bool>
{
    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<bool> _moved = new() { RunContinuationsAsynchronously = true };

    /// <summary>When each message in flight was due, a ring, in ticks of <see cref="Stopwatch"/>.</summary>
    private readonly long[] _due = new long[window];
    private long _sent;
    private long _answered;
    private bool _waits;

    /// <summary>When the message is due that the pacer will wake this flow for; null where it waits for none.</summary>
    private long? _pacedDue;
    private bool _stopped;
    private long _measuredFrom = long.MaxValue;
    private CancellationTokenRegistration _cancellation;

    public ScoreRequest Current { get; private set; } = messages[0].Request;

    /// <summary>Answers so far, those with errors included.</summary>
    public long Answered => Volatile.Read(ref _answered);

    public long Errors { get; private set; }

    public long Wrong { get; private set; }

    public string? FirstError { get; private set; }

    /// <summary>Latencies of the messages that were due since <see cref="MeasureFrom"/>.</summary>
    public LongHistogram Latencies { get; } = Latency.CreateHistogram();

    public void MeasureFrom(long timestamp) => Volatile.Write(ref _measuredFrom, timestamp);

    public IAsyncEnumerator<ScoreRequest> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        _cancellation = cancellationToken.Register(Stop);
        return this;
    }

    public ValueTask<bool> MoveNextAsync()
    {
        lock (_lock)
        {
            if (TryMove(out var moved))
            {
                return new ValueTask<bool>(moved);
            }

            _waits = true;
            _moved.Reset();
            return new ValueTask<bool>(this, _moved.Version);
        }
    }

    /// <summary>Takes the answer to the oldest message in flight, and disposes it.</summary>
    public void Take(ScoreResult result)
    {
        var now = Stopwatch.GetTimestamp();
        using (result)
        {
            if (result.Error is { } error)
            {
                Count(error);
            }
            else if (messages[(int)(_answered % messages.Count)].FindFault(result) is { } fault)
            {
                Wrong++;
                FirstError ??= fault;
            }
        }

        Answer(now);
    }

    /// <summary>Takes the refusal of the oldest message in flight.</summary>
    public void Take(ScoreError error)
    {
        Count(error);
        Answer(Stopwatch.GetTimestamp());
    }

    /// <summary>No message comes after this; those in flight are still answered.</summary>
    public void Stop()
    {
        bool wake;
        lock (_lock)
        {
            _stopped = true;
            (wake, _waits) = (_waits, false);
        }

        if (wake)
        {
            _moved.SetResult(false);
        }
    }

    /// <summary>Called by the pacer when the message is due that this flow waits for.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            if (!_waits)
            {
                return;
            }

            _waits = false;
            Send(_pacedDue!.Value);
            _pacedDue = null;
        }

        _moved.SetResult(true);
    }

    public ValueTask DisposeAsync() => _cancellation.DisposeAsync();

    bool IValueTaskSource<bool>.GetResult(short token) => _moved.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _moved.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _moved.OnCompleted(continuation, state, token, flags);

    private void Count(ScoreError error)
    {
        Errors++;
        FirstError ??= $"{error.Code}: {error.Message}";
    }

    private void Answer(long now)
    {
        var due = _due[_answered % window];
        if (due >= Volatile.Read(ref _measuredFrom))
        {
            Latency.Record(Latencies, now - due);
        }

        lock (_lock)
        {
            Volatile.Write(ref _answered, _answered + 1);
            if (!_waits || _pacedDue is not null || !TryMove(out _))
            {
                return;
            }

            _waits = false;
        }

        _moved.SetResult(true);
    }

    /// <summary>Whether it is settled now if there is a next message, and whether there is. With the lock held.</summary>
    private bool TryMove(out bool moved)
    {
        moved = !_stopped;
        if (_stopped)
        {
            return true;
        }

        if (_sent - _answered == window)
        {
            return false;
        }

        var due = Stopwatch.GetTimestamp();
        if (pacer is { IsRunning: true } && !pacer.TryTake(this, ref due))
        {
            _pacedDue = due;
            return false;
        }

        Send(due);
        return true;
    }

    private void Send(long due)
    {
        _due[_sent % window] = due;
        Current = messages[(int)(_sent % messages.Count)].Request;
        _sent++;
    }
}
