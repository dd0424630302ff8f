namespace Scoring.Cli.Bench;

/// <summary>How a run stands.</summary>
/// <param name="Phase">What it is at: warming up or measuring.</param>
/// <param name="Elapsed">Since the phase began.</param>
/// <param name="Total">How long the phase takes.</param>
/// <param name="MessagesPerSecond">Since the last report.</param>
/// <param name="Errors">Messages refused, or answered wrong, since the run began.</param>
internal sealed record LoadProgress(string Phase, TimeSpan Elapsed, TimeSpan Total, double MessagesPerSecond, long Errors);
