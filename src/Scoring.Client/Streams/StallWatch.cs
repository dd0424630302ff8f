namespace Scoring.Client.Streams;

/// <summary>Cancels a call whose messages have no answer for too long, while somebody waits for one. A caller who does not ask for answers stalls nothing.</summary>
internal sealed class StallWatch : IDisposable
{
    private const int LooksInTimeout = 4;

    private readonly InFlightWindow _window;
    private readonly CancellationTokenSource _end;
    private readonly ITimer? _timer;
    private long _answers;
    private volatile bool _isWaiting;

    /// <summary>Of the timer alone.</summary>
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
            _timer = time.CreateTimer(static watch => ((StallWatch)watch!).Look(), this, period, period);
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

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        // A wait ends with an answer alone, so one that is seen again without an answer since is the same one.
        var answers = Volatile.Read(ref _answers);
        if (!_isWaiting || answers != _answersSeen || !_window.AwaitsAnswer)
        {
            (_answersSeen, _looks) = (answers, 0);
        }
        else if (++_looks > LooksInTimeout)
        {
            _isStalled = true;
            _end.Cancel();
        }
    }
}
