namespace Scoring.Service.Streaming;

/// <summary>One call's turns where <see cref="LongMessages"/> are scored.</summary>
internal sealed class CallTurns(LongMessages messages, HttpContext http)
{
    /// <summary>Whether what the call does next is to be done at a turn.</summary>
    private bool _isLong;

    /// <summary>What to await for a turn, or another one: what follows is at the turn, until it waits for something.</summary>
    /// <param name="gone">Ends the wait.</param>
    public TurnThreads.Turn Next(CancellationToken gone)
    {
        _isLong = true;
        return messages.TurnOf(http, gone);
    }

    /// <summary>Waits for a turn where what comes is long, or the call had one for it and has waited for something else since.</summary>
    /// <param name="isLong">Whether what comes is long.</param>
    /// <param name="gone">Ends the wait.</param>
    public ValueTask KeepAsync(bool isLong, CancellationToken gone) =>
        (_isLong || isLong) && !messages.Threads.IsCurrent ? NextAsync(gone) : ValueTask.CompletedTask;

    /// <summary>Leaves the turn to the next call. Who went on with little things would keep it.</summary>
    public ValueTask LeaveAsync()
    {
        _isLong = false;
        return messages.Threads.IsCurrent ? YieldAsync() : ValueTask.CompletedTask;
    }

    private async ValueTask NextAsync(CancellationToken gone) => await Next(gone);

    private static async ValueTask YieldAsync() => await Task.Yield();
}
