using Grpc.Core;

namespace Scoring.Client;

/// <summary>
/// What one stream has sent and not yet had an answer to, in order. One task sends, one receives; the sender waits here
/// while the window is full. It then waits until a quarter of the window is free: what goes into that quarter goes out in one
/// flush, and arrives as one batch, where a message for each answer would be a flush for each message.
/// </summary>
internal sealed class InFlightWindow(int maxMessages, long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly Queue<(ulong Id, long Bytes)> _unanswered = new();
    private long _bytes;
    private TaskCompletionSource? _room;
    private bool _full;

    private int QuarterOfMessages => Math.Max(1, maxMessages / 4);

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _unanswered.Count;
            }
        }
    }

    /// <summary>Takes a place for a message, if there is one.</summary>
    public bool TryEnter(ulong id, long bytes)
    {
        lock (_lock)
        {
            return Enter(id, bytes);
        }
    }

    /// <summary>Takes a place for a message as soon as there is one.</summary>
    public async ValueTask EnterAsync(ulong id, long bytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (Enter(id, bytes))
                {
                    return;
                }

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Frees the place of the oldest message, whose answer this must be.</summary>
    public void Answered(ulong id)
    {
        TaskCompletionSource? room;
        lock (_lock)
        {
            if (!_unanswered.TryDequeue(out var oldest))
            {
                throw OutOfOrder($"An answer came for message {id}, and none was awaited.");
            }

            if (oldest.Id != id)
            {
                throw OutOfOrder($"An answer came for message {id}, and message {oldest.Id} was the next to be answered.");
            }

            _bytes -= oldest.Bytes;
            if (_full && (_unanswered.Count > maxMessages - QuarterOfMessages || _bytes > maxBytes - (maxBytes / 4)) && _unanswered.Count > 0)
            {
                return;
            }

            _full = false;
            (room, _room) = (_room, null);
        }

        room?.SetResult();
    }

    private bool Enter(ulong id, long bytes)
    {
        _full |= _unanswered.Count > 0 && (_unanswered.Count >= maxMessages || _bytes + bytes > maxBytes);
        if (_full)
        {
            return false;
        }

        _unanswered.Enqueue((id, bytes));
        _bytes += bytes;
        return true;
    }

    private static ScoringException OutOfOrder(string message) => new(null, new ScoreError(StatusCode.Internal, message, null, null, null));
}
