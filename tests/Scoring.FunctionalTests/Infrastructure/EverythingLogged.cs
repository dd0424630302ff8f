using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>Keeps every line of every level, and what each is made of.</summary>
internal sealed class EverythingLogged : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Recorder(EverythingLogged owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            owner._lines.Enqueue($"{category} scope {Parts(state)}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner._lines.Enqueue($"{logLevel} {category}[{eventId}] {formatter(state, exception)} {exception} {Parts(state)}");

        private static string Parts<TState>(TState state) =>
            state is IEnumerable<KeyValuePair<string, object?>> parts ? string.Join(' ', parts) : $"{state}";
    }
}
