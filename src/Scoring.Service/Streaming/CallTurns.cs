namespace Scoring.Service.Streaming;

/// <summary>One call's turns where <see cref="LongMessages"/> are scored.</summary>
internal sealed class CallTurns(LongMessages messages, HttpContext http)
{
    /// <summary>Whether what the call does next is to be done at a turn.</summary>
    private bool _isLong;

    /// <summary>
    /// What to await for a turn, or another one: what follows is at the turn, until it waits for something. It is to be awaited by whoever does what
    /// follows: where a method that has awaited it returns, its caller may not have come to wait for that yet, and goes on where it is.
    /// </summary>
    /// <param name="gone">Ends the wait.</param>
    public TurnThreads.Turn Next(CancellationToken gone)
    {
        _isLong = true;
        return messages.TurnOf(http, gone);
    }

    /// <summary>Whether to wait for a turn: what comes is long, or the call had a turn for it and has waited for something else since.</summary>
    /// <param name="isLong">Whether what comes is long.</param>
    public bool AreNeeded(bool isLong) => (_isLong || isLong) && !messages.Threads.IsCurrent;

    /// <summary>Leaves the turn to the next call. Who went on with little things would keep it.</summary>
    public ValueTask LeaveAsync()
    {
        _isLong = false;
        return messages.Threads.IsCurrent ? YieldAsync() : ValueTask.CompletedTask;
    }

    private static async ValueTask YieldAsync() => await Task.Yield();
}
