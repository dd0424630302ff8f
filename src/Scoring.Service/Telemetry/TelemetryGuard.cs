namespace Scoring.Service.Telemetry;

/// <summary>
/// Runs what only tells of the service's work. Whoever listens runs on the work's own thread, and what goes wrong there is counted and logged, and
/// changes nothing else. Loggers have a guard of their own, <see cref="GuardedLogger"/>.
/// </summary>
internal sealed class TelemetryGuard(TelemetryFaults faults, FailureLog failures)
{
    /// <summary>Whether nothing went wrong.</summary>
    public bool Run<T>(T state, Action<T> tell)
    {
        try
        {
            tell(state);
            return true;
        }
        catch (Exception exception)
        {
            faults.Add();
            failures.TelemetryFailed(exception);
            return false;
        }
    }
}
