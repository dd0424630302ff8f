using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>Keeps what the server logs from a level on.</summary>
internal sealed class LogRecorder(LogLevel lowest = LogLevel.Warning) : ILoggerProvider
{
    private LogLevel Lowest => lowest;

    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Recorder(LogRecorder owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= owner.Lowest;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                owner.Lines.Enqueue($"{logLevel} {category}[{eventId}] {formatter(state, exception)} {exception}");
            }
        }
    }
}
