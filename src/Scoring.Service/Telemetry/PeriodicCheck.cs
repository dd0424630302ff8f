namespace Scoring.Service.Telemetry;

/// <summary>
/// What is done now and then, on nobody's behalf. It may fail, such as for want of memory, and is done again at the next time; left to itself, .NET
/// ends a process for what a timer's callback throws.
/// </summary>
internal static class PeriodicCheck
{
    /// <param name="time">Runs the timer.</param>
    /// <param name="dueTime">The time until the first look.</param>
    /// <param name="period">The time between two.</param>
    /// <param name="what">What is looked at, for the log.</param>
    /// <param name="look">The look.</param>
    /// <param name="failures">Where one that fails is told.</param>
    public static ITimer Start(TimeProvider time, TimeSpan dueTime, TimeSpan period, string what, Action look, FailureLog failures) =>
        time.CreateTimer(_ => Try(what, look, failures), state: null, dueTime, period);

    /// <summary>One look.</summary>
    public static void Try(string what, Action look, FailureLog failures)
    {
        try
        {
            look();
        }
        catch (Exception exception)
        {
            failures.LookFailed(exception, what);
        }
    }
}
