namespace Scoring.Client;

/// <summary>
/// How long to wait before the next attempt: twice as long each time, up to two seconds, and at random, so that those who failed together come back
/// apart.
/// </summary>
/// <param name="patience">How long attempts may fail on end; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
/// <param name="time">Tells the time.</param>
internal sealed class Backoff(TimeSpan patience, TimeProvider time)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private TimeSpan _wait = Shortest;
    private long? _failingSince;

    /// <summary>From half the wait to all of it; null where patience is at its end.</summary>
    public TimeSpan? Next()
    {
        _failingSince ??= time.GetTimestamp();
        if (patience != Timeout.InfiniteTimeSpan && time.GetElapsedTime(_failingSince.Value) >= patience)
        {
            return null;
        }

        var wait = _wait * (0.5 + (Random.Shared.NextDouble() / 2));
        _wait = _wait * 2 < Longest ? _wait * 2 : Longest;
        return wait;
    }

    /// <summary>
    /// Called when the service itself has said when to come back: it is there, and patience is for one that is not. The waits go on growing.
    /// </summary>
    public void IsThere() => _failingSince = null;

    /// <summary>Called when an attempt has brought something.</summary>
    public void Reset() => (_wait, _failingSince) = (Shortest, null);
}
