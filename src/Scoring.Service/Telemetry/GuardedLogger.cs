using System.Collections.Concurrent;

namespace Scoring.Service.Telemetry;

/// <summary>
/// A logger that harms nobody. One that throws ends no call. What a client can provoke is written once a second of each kind, with how many were held
/// back, and is short, and without what a terminal would obey.
/// </summary>
/// <param name="logger">Where lines go.</param>
/// <param name="limitedFrom">The lowest level of which a client can provoke lines.</param>
/// <param name="floor">What nobody is told of.</param>
/// <param name="faults">Counts how often the logger throws.</param>
/// <param name="time">The clock.</param>
internal sealed class GuardedLogger(ILogger logger, LogLevel limitedFrom, LogFloor floor, TelemetryFaults faults, TimeProvider time) : ILogger
{
    /// <summary>By event, of which code knows a few.</summary>
    private readonly ConcurrentDictionary<int, LogLimiter> _limiters = new();

    // No lambda in these two: they are asked on hot paths.
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        try
        {
            return logger.BeginScope(state);
        }
        catch (Exception)
        {
            faults.Add();
            return null;
        }
    }

    public bool IsEnabled(LogLevel logLevel)
    {
        if (floor.IsBelow(logLevel))
        {
            return false;
        }

        try
        {
            return logger.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            faults.Add();
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        Guard(() =>
        {
            if (logLevel < limitedFrom)
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }
            else if (_limiters.GetOrAdd(eventId.Id, static (_, time) => new LogLimiter(time), time).TryPass(out var heldBack))
            {
                logger.Log(logLevel, eventId, ProvokedLine.Of(state, exception, formatter, heldBack), exception, static (line, _) => line.Text);
            }

            return true;
        });
    }

    private T? Guard<T>(Func<T> log)
    {
        try
        {
            return log();
        }
        catch (Exception)
        {
            faults.Add();
            return default;
        }
    }
}
