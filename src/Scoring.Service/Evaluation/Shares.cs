namespace Scoring.Service.Evaluation;

/// <summary>So much of something for all, and so much of it for each, so that one alone cannot take it all.</summary>
/// <param name="all">What all may hold together.</param>
/// <param name="each">What one may hold.</param>
internal sealed class Shares(long all, long each)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, long> _held = [];
    private long _total;

    /// <summary>What all hold now.</summary>
    public long Held
    {
        get
        {
            lock (_lock)
            {
                return _total;
            }
        }
    }

    /// <summary>Takes so much for a holder; where that is too much, nothing is taken, and what stands in the way is told.</summary>
    public Shortage? Take(object holder, long amount)
    {
        lock (_lock)
        {
            var own = _held.GetValueOrDefault(holder);
            if (_total + amount > all)
            {
                return new Shortage(IsOfOne: false, _total, all);
            }

            if (own + amount > each)
            {
                return new Shortage(IsOfOne: true, own, each);
            }

            _held[holder] = own + amount;
            _total += amount;
            return null;
        }
    }

    public void GiveBack(object holder, long amount)
    {
        lock (_lock)
        {
            _total -= amount;
            if ((_held[holder] -= amount) == 0)
            {
                _held.Remove(holder);
            }
        }
    }

    /// <param name="IsOfOne">Whether it is the holder's own share that is too small.</param>
    /// <param name="Held">What is held of it.</param>
    /// <param name="Limit">What may be.</param>
    public readonly record struct Shortage(bool IsOfOne, long Held, long Limit);
}
