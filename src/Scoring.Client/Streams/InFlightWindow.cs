using Grpc.Core;
using Scoring.Protocol;

namespace Scoring.Client.Streams;

/// <summary>
/// What one stream has taken from its source and not yet had an answer to, in order: first what was sent, then what was not. It owns the
/// messages, so that they can be sent again. One task sends, one receives; the sender waits here while the window is full. It then waits
/// until a quarter of the window is free: what goes into that quarter goes out in one flush, and arrives as one batch, where a message for
/// each answer would be a flush for each message.
/// </summary>
internal sealed class InFlightWindow(int maxMessages, long maxBytes) : IDisposable
{
    private readonly Lock _lock = new();
    private Queue<PooledScoreRequest> _sent = new();
    private Queue<PooledScoreRequest> _unsent = new();
    private long _bytes;
    private TaskCompletionSource? _room;
    private bool _full;

    /// <summary>Messages that have no answer.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _sent.Count + _unsent.Count;
            }
        }
    }

    public bool HasSent
    {
        get
        {
            lock (_lock)
            {
                return _sent.Count > 0;
            }
        }
    }

    public bool HasUnsent
    {
        get
        {
            lock (_lock)
            {
                return _unsent.Count > 0;
            }
        }
    }

    /// <summary>The numbers of the messages that have no answer, in order.</summary>
    public IReadOnlyList<ulong> Ids
    {
        get
        {
            lock (_lock)
            {
                return [.. _sent.Select(message => message.Id), .. _unsent.Select(message => message.Id)];
            }
        }
    }

    private int QuarterOfMessages => Math.Max(1, maxMessages / 4);

    /// <summary>Takes a message in, if there is room for it.</summary>
    public bool TryEnter(PooledScoreRequest message)
    {
        lock (_lock)
        {
            return Enter(message);
        }
    }

    /// <summary>Takes a message in as soon as there is room for it.</summary>
    public async ValueTask EnterAsync(PooledScoreRequest message, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (Enter(message))
                {
                    return;
                }

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The next message to send, which counts as sent from now; null where there is none. It stays the window's.</summary>
    public PooledScoreRequest? TrySend()
    {
        lock (_lock)
        {
            if (_unsent.TryDequeue(out var message))
            {
                _sent.Enqueue(message);
            }

            return message;
        }
    }

    /// <summary>Has everything without an answer sent again.</summary>
    public void Rewind()
    {
        lock (_lock)
        {
            while (_unsent.TryDequeue(out var message))
            {
                _sent.Enqueue(message);
            }

            (_sent, _unsent) = (_unsent, _sent);
        }
    }

    /// <summary>Frees the place of the oldest message, whose answer this must be.</summary>
    public void Answered(ulong id)
    {
        TaskCompletionSource? room;
        lock (_lock)
        {
            if (!_sent.TryPeek(out var oldest))
            {
                throw OutOfOrder($"An answer came for message {id}, and none was awaited.");
            }

            if (oldest.Id != id)
            {
                throw OutOfOrder($"An answer came for message {id}, and message {oldest.Id} was the next to be answered.");
            }

            _sent.Dequeue();
            _bytes -= Bytes(oldest);
            oldest.Dispose();
            var count = _sent.Count + _unsent.Count;
            if (_full && (count > maxMessages - QuarterOfMessages || _bytes > maxBytes - (maxBytes / 4)) && count > 0)
            {
                return;
            }

            _full = false;
            (room, _room) = (_room, null);
        }

        room?.SetResult();
    }

    /// <summary>Gives the messages back to their pool, once nobody sends any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Rewind();
            while (_unsent.TryDequeue(out var message))
            {
                message.Dispose();
            }
        }
    }

    private static long Bytes(PooledScoreRequest message) =>
        ((long)message.Logits.Count * sizeof(float)) + message.Data.Count + ((long)message.Targets.Count * sizeof(uint)) + message.TargetLabels.Bytes;

    private bool Enter(PooledScoreRequest message)
    {
        var count = _sent.Count + _unsent.Count;
        var bytes = Bytes(message);
        _full |= count > 0 && (count >= maxMessages || _bytes + bytes > maxBytes);
        if (_full)
        {
            return false;
        }

        _unsent.Enqueue(message);
        _bytes += bytes;
        return true;
    }

    private static ScoringException OutOfOrder(string message) => new(null, new ScoreError(StatusCode.Internal, message, null, null, null));
}
