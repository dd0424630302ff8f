namespace Scoring.Service.Telemetry;

/// <summary>How often what listens to the service has thrown: a listener to metrics or traces, or a logger.</summary>
internal sealed class TelemetryFaults
{
    private long _count;

    public long Count => Volatile.Read(ref _count);

    public void Add() => Interlocked.Increment(ref _count);
}
