using System.Collections.Concurrent;

namespace Scoring.Service.Telemetry;

/// <summary>
/// The door that every line goes through on its way to the log, the framework's as well as the service's own: see <see cref="GuardedLogger"/>. The
/// lines that a client can provoke are those of <see cref="FailureLog"/>, the framework's warnings and errors, and what it tells of credentials.
/// </summary>
/// <param name="loggers">Where lines go; its owner disposes it.</param>
/// <param name="floor">What nobody is told of.</param>
/// <param name="faults">Counts the loggers that throw.</param>
/// <param name="time">The clock.</param>
internal sealed class GuardedLoggers(LoggerFactory loggers, LogFloor floor, TelemetryFaults faults, TimeProvider time) : ILoggerFactory
{
    private static readonly string[] Framework = ["Microsoft.AspNetCore.", "Grpc."];

    /// <summary>Where those are who look at credentials, as whom the framework says of each call that it has none.</summary>
    private const string Security = "Scoring.Service.Security.";

    /// <summary>One for each category: some ask for theirs in each call, and what a logger has counted holds for all of them.</summary>
    private readonly ConcurrentDictionary<string, ILogger> _known = new(StringComparer.Ordinal);

    public ILogger CreateLogger(string categoryName) => _known.GetOrAdd(
        categoryName, name => new GuardedLogger(loggers.CreateLogger(name), LimitedFrom(name), floor, faults, time));

    public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

    public void Dispose()
    {
    }

    /// <summary>The lowest level of which a client can provoke lines.</summary>
    private static LogLevel LimitedFrom(string category) =>
        category == typeof(FailureLog).FullName ? LogLevel.Trace
        : Array.Exists(Framework, start => category.StartsWith(start, StringComparison.Ordinal)) ? LogLevel.Warning
        : category.StartsWith(Security, StringComparison.Ordinal) ? LogLevel.Information
        : LogLevel.None;
}
