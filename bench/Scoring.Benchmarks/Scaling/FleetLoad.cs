namespace Scoring.Benchmarks.Scaling;

/// <summary>What a load on a fleet came to.</summary>
/// <param name="PerSecond">Messages.</param>
/// <param name="PerCpuSecond">Messages per second of all servers' processor time.</param>
/// <param name="P99Ms">Of the slowest server.</param>
internal sealed record FleetLoad(double PerSecond, double PerCpuSecond, double P99Ms);
