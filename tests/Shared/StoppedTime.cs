namespace Scoring.Tests;

/// <summary>A clock that a test sets.</summary>
internal sealed class StoppedTime : TimeProvider
{
    public double Seconds { get; set; }

    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp() => (long)(Seconds * TimestampFrequency);
}
