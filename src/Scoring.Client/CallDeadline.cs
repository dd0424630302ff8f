namespace Scoring.Client;

/// <summary>Turns how long a call may take into the instant that gRPC wants.</summary>
internal static class CallDeadline
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static bool IsTimeout(TimeSpan timeout) =>
        timeout == Timeout.InfiniteTimeSpan || (timeout > TimeSpan.Zero && timeout <= Longest);

    /// <summary>Null for no limit.</summary>
    public static DateTime? After(TimeSpan timeout)
    {
        if (!IsTimeout(timeout))
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A timeout is above 0 and at most a day, or infinite.");
        }

        return timeout == Timeout.InfiniteTimeSpan ? null : TimeProvider.System.GetUtcNow().UtcDateTime + timeout;
    }

    public static bool HasPassed(DateTime? deadline) => deadline is { } end && TimeProvider.System.GetUtcNow().UtcDateTime >= end;

    /// <summary>Whether a wait of this length ends before the deadline; no wait is longer than any timeout.</summary>
    public static bool HasRoomFor(DateTime? deadline, TimeSpan wait) =>
        wait <= Longest && (deadline is null || TimeProvider.System.GetUtcNow().UtcDateTime + wait < deadline);

    /// <summary>Cancelled at the deadline, or when the caller cancels.</summary>
    public static CancellationTokenSource CancelAt(DateTime? deadline, CancellationToken cancellationToken)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (deadline is { } end)
        {
            var left = end - TimeProvider.System.GetUtcNow().UtcDateTime;
            source.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }

        return source;
    }
}
