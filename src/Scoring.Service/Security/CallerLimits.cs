using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Scoring.Service.Security;

/// <summary>The accounts of callers, as many as may be kept. A caller who has sent nothing lately needs none.</summary>
internal sealed class CallerLimits(IOptions<RateLimitSettings> settings, TimeProvider time)
{
    /// <summary>Between two looks for accounts that nobody needs. Who has none of their own asks with each message.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, CallerLimit> _limits = new(StringComparer.Ordinal);
    private readonly Lock _oneAtATime = new();
    private long _lastLook = time.GetTimestamp();

    /// <summary>One account for all that there was no room for and that have the same limits.</summary>
    private readonly ConcurrentDictionary<CallerRates, CallerLimit> _rest = new();

    /// <summary>Accounts that are kept.</summary>
    public int Count => _limits.Count;

    /// <summary>The account of a caller; null where nothing limits it.</summary>
    public CallerLimit? Of(string caller)
    {
        var rates = settings.Value.Of(caller);
        if (rates is { MessagesPerSecond: 0, RowsPerSecond: 0 })
        {
            return null;
        }

        if (_limits.TryGetValue(caller, out var limit))
        {
            return limit;
        }

        lock (_oneAtATime)
        {
            if (_limits.Count >= settings.Value.MaxCallers && time.GetElapsedTime(_lastLook) >= Period)
            {
                ForgetIdle();
                _lastLook = time.GetTimestamp();
            }

            return _limits.Count < settings.Value.MaxCallers
                ? _limits.GetOrAdd(caller, _ => Create(rates, isShared: false))
                : _rest.GetOrAdd(rates, shared => Create(shared, isShared: true));
        }
    }

    private void ForgetIdle()
    {
        foreach (var (caller, limit) in _limits)
        {
            if (limit.IsIdle && _limits.TryRemove(caller, out _))
            {
                limit.Forget();
            }
        }
    }

    private CallerLimit Create(CallerRates rates, bool isShared) => new(Bucket(rates.MessagesPerSecond), Bucket(rates.RowsPerSecond), isShared);

    private TokenBucket? Bucket(double? perSecond) => perSecond > 0 ? new TokenBucket(perSecond.Value, settings.Value.BurstSeconds, time) : null;
}
