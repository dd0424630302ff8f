using Scoring.Service.Connections;

namespace Scoring.Service.Streaming;

/// <summary>One call's turns where <see cref="LongMessages"/> are scored.</summary>
internal sealed class CallTurns(LongMessages messages, OpenConnection connection, HttpContext http)
{
    /// <summary>Whether the call is at its turn: what it does until it next waits for something is done there.</summary>
    public bool HasTurn => messages.Threads.IsCurrent;

    /// <summary>Whether a message of so many bytes is to have a turn.</summary>
    public bool IsLong(long bytes) => bytes > LongMessages.Bytes || (bytes > LongMessages.BytesOfShort && connection.TakesLong);

    /// <summary>What to await for a turn, or another one.</summary>
    /// <param name="gone">Ends the wait.</param>
    public TurnThreads.Turn Next(CancellationToken gone) => messages.TurnOf(http, gone);

    /// <summary>Waits for a turn for a message of so many bytes, where it is to have one and the call is not at its turn.</summary>
    public async ValueTask KeepAsync(long bytes, CancellationToken gone)
    {
        if (IsLong(bytes) && !HasTurn)
        {
            await Next(gone);
        }
    }

    /// <summary>Leaves the turn to the next call, where there is one. Who goes on with little things would keep it.</summary>
    public async ValueTask LeaveAsync()
    {
        if (HasTurn)
        {
            await Task.Yield();
        }
    }

    /// <summary>Takes note of how long messages of so many bytes took.</summary>
    public void Took(long bytes, TimeSpan time)
    {
        var isLong = bytes > LongMessages.BytesOfShort && time > LongMessages.Time;
        if (connection.TakesLong != isLong)
        {
            connection.TakesLong = isLong;
        }
    }
}
