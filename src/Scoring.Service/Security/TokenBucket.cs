namespace Scoring.Service.Security;

/// <summary>
/// Lets so much through each second, and so many seconds' worth at once. What is taken while anything is left may be more than what is left, and is
/// owed then: so something large passes as well, and the rate holds. No lock, no allocation, no timer.
/// </summary>
/// <param name="perSecond">How much.</param>
/// <param name="burstSeconds">How many seconds' worth at once.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(double perSecond, double burstSeconds, TimeProvider time)
{
    private readonly double _ticksEach = time.TimestampFrequency / perSecond;
    private readonly long _burst = (long)(burstSeconds * time.TimestampFrequency);

    /// <summary>When all that was taken would have been let through one by one, in ticks of the clock.</summary>
    private long _even = time.GetTimestamp();

    public double PerSecond => perSecond;

    /// <summary>Whether a new one would be no different.</summary>
    public bool IsFull => Volatile.Read(ref _even) <= time.GetTimestamp();

    /// <summary>Takes from it, unless nothing is left.</summary>
    /// <param name="count">How much.</param>
    /// <param name="retryAfterMs">Milliseconds until something is left again.</param>
    public bool TryTake(long count, out uint retryAfterMs)
    {
        retryAfterMs = 0;
        var now = time.GetTimestamp();
        while (true)
        {
            var even = Volatile.Read(ref _even);
            var tooEarly = even - now - _burst;
            if (tooEarly >= 0)
            {
                retryAfterMs = (uint)Math.Min(uint.MaxValue, 1 + (tooEarly * 1000.0 / time.TimestampFrequency));
                return false;
            }

            var next = (long)Math.Min(long.MaxValue / 2, Math.Max(even, now) + (count * _ticksEach));
            if (Interlocked.CompareExchange(ref _even, next, even) == even)
            {
                return true;
            }
        }
    }
}
