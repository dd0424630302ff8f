using Grpc.Core;

namespace Scoring.Client;

/// <summary>
/// What one stream has sent and not yet had an answer to, in order. One task sends, one receives; the sender waits here
/// while the window is full.
/// </summary>
internal sealed class InFlightWindow(int maxMessages, long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly Queue<(ulong Id, long Bytes)> _unanswered = new();
    private long _bytes;
    private TaskCompletionSource? _room;

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
            (room, _room) = (_room, null);
        }

        room?.SetResult();
    }

    private bool Enter(ulong id, long bytes)
    {
        if (_unanswered.Count > 0 && (_unanswered.Count >= maxMessages || _bytes + bytes > maxBytes))
        {
            return false;
        }

        _unanswered.Enqueue((id, bytes));
        _bytes += bytes;
        return true;
    }

    private static ScoringException OutOfOrder(string message) => new(null, new ScoreError(StatusCode.Internal, message, null, null, null));
}
