namespace Scoring.Client.Streams;

/// <summary>
/// Cancels a call whose messages have no answer for too long, or that has answered all and does not end, while somebody waits for it. A caller who
/// does not ask for answers stalls nothing.
/// </summary>
internal sealed class StallWatch : IDisposable
{
    private const int LooksInTimeout = 4;

    /// <summary>Of timers: a shorter period is none.</summary>
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private readonly InFlightWindow _window;
    private readonly CancellationTokenSource _end;
    private readonly ITimer? _timer;
    private long _answers;
    private volatile bool _isWaiting;
    private volatile bool _isAllSent;

    /// <summary>Under the lock: looks may overlap, and one may be under way when the watch is over.</summary>
    private bool _isOver;
    private long _answersSeen;
    private int _looks;

    private volatile bool _isStalled;

    /// <param name="window">What has no answer.</param>
    /// <param name="timeout">How long is too long, to a quarter of it; <see cref="Timeout.InfiniteTimeSpan"/> for never.</param>
    /// <param name="end">Cancels the call.</param>
    /// <param name="time">Runs the timer.</param>
    public StallWatch(InFlightWindow window, TimeSpan timeout, CancellationTokenSource end, TimeProvider time)
    {
        (_window, _end) = (window, end);
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            var period = timeout / LooksInTimeout;
            period = period > ShortestPeriod ? period : ShortestPeriod;
            _timer = time.CreateTimer(static watch => ((StallWatch)watch!).Check(), this, period, period);
        }
    }

    /// <summary>Whether the call was cancelled from here.</summary>
    public bool IsStalled => _isStalled;

    /// <summary>Called before an answer is waited for.</summary>
    public void Waits() => _isWaiting = true;

    /// <summary>Called with each answer.</summary>
    public void Answered()
    {
        _isWaiting = false;
        Volatile.Write(ref _answers, _answers + 1);
    }

    /// <summary>Called before the service is told that nothing more comes: once it has answered all, it is to end the call.</summary>
    public void AllSent() => _isAllSent = true;

    /// <summary>The call is not cancelled from here any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
        }

        _timer?.Dispose();
    }

    private void Check()
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            // A wait ends with an answer alone, so one that is seen again without an answer since is the same one.
            var answers = Volatile.Read(ref _answers);
            if (!_isWaiting || answers != _answersSeen || !(_window.AwaitsAnswer || _isAllSent))
            {
                (_answersSeen, _looks) = (answers, 0);
            }
            else if (++_looks > LooksInTimeout)
            {
                _isStalled = true;
                // Not from here: whoever is called may dispose this, or throw, for which the timer has nobody.
                _ = _end.CancelAsync();
            }
        }
    }
}
