using Scoring.Service.Connections;

namespace Scoring.Service.Streaming;

/// <summary>One call's turns where <see cref="LongMessages"/> are scored.</summary>
internal sealed class CallTurns(LongMessages messages, OpenConnection connection, HttpContext http)
{
    /// <summary>Whether what the call does next is to be done at a turn.</summary>
    private bool _isLong;

    /// <summary>Whether a message of so many bytes is to have a turn.</summary>
    public bool IsLong(long bytes) => bytes > LongMessages.Bytes || (bytes > LongMessages.BytesOfShort && connection.DearMessages > 0);

    /// <summary>What to await for a turn, or another one: what follows is at the turn, until it waits for something.</summary>
    /// <param name="gone">Ends the wait.</param>
    public TurnThreads.Turn Next(CancellationToken gone)
    {
        _isLong = true;
        return messages.TurnOf(http, gone);
    }

    /// <summary>Waits for a turn again where the call had one and has waited for something else since, or has none for so many bytes.</summary>
    public ValueTask KeepAsync(long bytes, CancellationToken gone) =>
        (_isLong || IsLong(bytes)) && !messages.Threads.IsCurrent ? NextAsync(gone) : ValueTask.CompletedTask;

    /// <summary>Leaves the turn to the next call. Who went on with little things would keep it.</summary>
    public ValueTask LeaveAsync()
    {
        _isLong = false;
        return messages.Threads.IsCurrent ? YieldAsync() : ValueTask.CompletedTask;
    }

    /// <summary>Takes note of how long messages of so many bytes took.</summary>
    public void Took(long bytes, TimeSpan time)
    {
        if (bytes > LongMessages.BytesOfShort)
        {
            var left = time > LongMessages.Time ? LongMessages.MessagesAfterDear : connection.DearMessages - 1;
            if (left >= 0)
            {
                connection.DearMessages = left;
            }
        }
    }

    private async ValueTask NextAsync(CancellationToken gone) => await Next(gone);

    private static async ValueTask YieldAsync() => await Task.Yield();
}
