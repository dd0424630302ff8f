using Microsoft.Extensions.Options;

namespace Scoring.Service.Telemetry;

/// <summary>
/// The lowest level that a rule lets through to any provider. gRPC asks a dozen times in each call whether somebody wants to read of it, mostly at
/// levels that nobody does; every logger would go through the rules of its own for that.
/// </summary>
internal sealed class LogFloor : IDisposable
{
    private readonly IDisposable? _changes;
    private volatile LogLevel _level;

    public LogFloor(IOptionsMonitor<LoggerFilterOptions> rules)
    {
        _changes = rules.OnChange(now => _level = LowestOf(now));
        _level = LowestOf(rules.CurrentValue);
    }

    /// <summary>Nobody is told of what is below. What is not may still be held back, by the rules of its category.</summary>
    public bool IsBelow(LogLevel level) => level < _level;

    public void Dispose() => _changes?.Dispose();

    /// <summary>A rule without a level lets everything through that its filter does.</summary>
    private static LogLevel LowestOf(LoggerFilterOptions rules) =>
        rules.Rules.Aggregate(rules.MinLevel, static (lowest, rule) => (LogLevel)Math.Min((int)lowest, (int)(rule.LogLevel ?? LogLevel.Trace)));
}
