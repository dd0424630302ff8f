namespace Scoring.Client.Streams;

/// <summary>
/// What one stream has taken from its source and not yet had an answer to, in order, so that it can be sent again. One task sends, one receives; the
/// sender waits here while the window is full. It then waits until a quarter of the window is free: what goes into that quarter goes out in one
/// flush, and arrives as one batch, where a message for each answer would be a flush for each message.
/// </summary>
internal sealed class InFlightWindow(int maxMessages, long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly Queue<InFlightMessage> _unanswered = new();
    private long _bytes;
    private TaskCompletionSource? _room;
    private bool _full;

    /// <summary>Of the sender alone: what of the messages is still to be sent.</summary>
    private readonly Queue<InFlightMessage> _unsent = new();

    /// <summary>Messages that the sender has sent over this call.</summary>
    private long _sent;

    /// <summary>Messages that were answered over this call.</summary>
    private long _answered;

    /// <summary>How many of the oldest messages are sent one at a time, since a call was cut off with them.</summary>
    private int _suspects;

    /// <summary>Set while the sender waits for the answer to the one message that is under way.</summary>
    private TaskCompletionSource? _turn;

    /// <summary>Messages that have no answer.</summary>
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

    /// <summary>Whether an answer is due.</summary>
    public bool AwaitsAnswer => Volatile.Read(ref _sent) > Volatile.Read(ref _answered);

    /// <summary>Whether the oldest message had its call to itself.</summary>
    public bool IsOldestAlone => _suspects > 0 && Volatile.Read(ref _sent) == Volatile.Read(ref _answered) + 1;

    /// <summary>Asked by the sender.</summary>
    public bool HasUnsent => _unsent.Count > 0;

    /// <summary>Asked by the sender: whether what is under way is to be answered before the next message is sent.</summary>
    public bool IsOneAtATime => Volatile.Read(ref _suspects) > 0;

    /// <summary>The numbers of the messages that have no answer, in order.</summary>
    public IReadOnlyList<ulong> Ids
    {
        get
        {
            lock (_lock)
            {
                return [.. _unanswered.Select(message => message.Id)];
            }
        }
    }

    /// <summary>The oldest message that has no answer.</summary>
    public InFlightMessage Oldest
    {
        get
        {
            lock (_lock)
            {
                return _unanswered.Peek();
            }
        }
    }

    private int QuarterOfMessages => Math.Max(1, maxMessages / 4);

    /// <summary>Takes a message in, if there is room for it.</summary>
    public bool TryEnter(in InFlightMessage message)
    {
        lock (_lock)
        {
            if (!Enter(message))
            {
                return false;
            }
        }

        _unsent.Enqueue(message);
        return true;
    }

    /// <summary>Takes a message in as soon as there is room for it.</summary>
    public async ValueTask EnterAsync(InFlightMessage message, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (Enter(message))
                {
                    break;
                }

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        _unsent.Enqueue(message);
    }

    /// <summary>Waits, of messages that are sent one at a time, until the one before is answered.</summary>
    public async ValueTask TakeTurnAsync(CancellationToken cancellationToken)
    {
        Task turn;
        lock (_lock)
        {
            if (_suspects == 0 || !AwaitsAnswer)
            {
                return;
            }

            _turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            turn = _turn.Task;
        }

        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The next message to send, which counts as sent from now; false where there is none.</summary>
    public bool TrySend(out InFlightMessage message)
    {
        if (!_unsent.TryDequeue(out message))
        {
            return false;
        }

        Volatile.Write(ref _sent, _sent + 1);
        return true;
    }

    /// <summary>Has everything without an answer sent again. Called between two calls.</summary>
    public void Rewind()
    {
        lock (_lock)
        {
            (_sent, _answered) = (0, 0);
            _unsent.Clear();
            foreach (var message in _unanswered)
            {
                _unsent.Enqueue(message);
            }
        }
    }

    /// <summary>
    /// Has everything that is under way sent one at a time from now on, until each has its answer. Called between two calls, before
    /// <see cref="Rewind"/>.
    /// </summary>
    public void Suspect()
    {
        lock (_lock)
        {
            _suspects = Math.Max(_suspects, (int)(_sent - _answered));
        }
    }

    /// <summary>Null where the oldest message's answer has this number.</summary>
    public string? FaultOf(ulong id) =>
        !AwaitsAnswer ? $"An answer came for message {id}, and none was awaited."
        : Oldest.Id is var oldest && oldest != id ? $"An answer came for message {id}, and message {oldest} was the next to be answered."
        : null;

    /// <summary>Frees the place of the oldest message, whose answer has come.</summary>
    public void Answered()
    {
        TaskCompletionSource? room = null;
        TaskCompletionSource? turn = null;
        lock (_lock)
        {
            _bytes -= _unanswered.Dequeue().Bytes;
            _suspects = Math.Max(0, _suspects - 1);
            Volatile.Write(ref _answered, _answered + 1);
            (turn, _turn) = (_turn, null);
            if (!_full || (_unanswered.Count <= maxMessages - QuarterOfMessages && _bytes <= maxBytes - (maxBytes / 4)) || _unanswered.Count == 0)
            {
                _full = false;
                (room, _room) = (_room, null);
            }
        }

        room?.SetResult();
        turn?.SetResult();
    }

    private bool Enter(in InFlightMessage message)
    {
        _full |= _unanswered.Count > 0 && (_unanswered.Count >= maxMessages || _bytes + message.Bytes > maxBytes);
        if (_full)
        {
            return false;
        }

        _unanswered.Enqueue(message);
        _bytes += message.Bytes;
        return true;
    }
}
