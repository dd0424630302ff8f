using System.Diagnostics;
using Scoring.Cli.Bench;

namespace Scoring.Benchmarks.Service;

/// <summary>What is compared of two services under one load.</summary>
/// <param name="MessagesPerSecond">Answers by the clock.</param>
/// <param name="ClientCpuMicrosecondsPerMessage">Processor time of the load generator.</param>
/// <param name="Latency">From sending a message to its answer.</param>
/// <param name="Server">What the server says that it cost.</param>
internal sealed record LoadFigures(double MessagesPerSecond, double ClientCpuMicrosecondsPerMessage, Latency Latency, ServerCost Server)
{
    /// <summary>What happened between two looks.</summary>
    public static LoadFigures Between(Snapshot before, Snapshot after, Latency latency)
    {
        var messages = Math.Max(after.Messages - before.Messages, 1);
        return new LoadFigures(
            messages / Stopwatch.GetElapsedTime(before.Timestamp, after.Timestamp).TotalSeconds,
            (after.ClientCpu - before.ClientCpu).TotalMicroseconds / messages,
            latency,
            after.CostSince(before)!);
    }

    /// <summary>Messages per second of the server's processor time.</summary>
    public double PerServerCpuSecond => 1e6 / Server.CpuMicrosecondsPerMessage;
}
