namespace Scoring.Service.Telemetry;

/// <summary>Lets one line through each second, and counts those it holds back, so that no client can flood the log.</summary>
internal sealed class LogLimiter(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _heldBack;
    private long _last;
    private bool _hasLast;

    /// <summary>Whether a line may be written now, and how many were held back since the last one.</summary>
    public bool TryPass(out long heldBack)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_hasLast && time.GetElapsedTime(_last, now) < TimeSpan.FromSeconds(1))
            {
                _heldBack++;
                heldBack = 0;
                return false;
            }

            (heldBack, _heldBack) = (_heldBack, 0);
            (_last, _hasLast) = (now, true);
            return true;
        }
    }
}
