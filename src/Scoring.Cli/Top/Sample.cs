namespace Scoring.Cli.Top;

/// <summary>One line of a Prometheus page.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);
