using System.Text.Json.Serialization;

namespace Scoring.Cli.Bench;

/// <summary>What a run measured.</summary>
internal sealed record LoadReport
{
    public required LoadPlan Plan { get; init; }

    /// <summary>The time that all but the latencies are counted over.</summary>
    public required double Seconds { get; init; }

    /// <summary>Answers that came in that time, those with errors included.</summary>
    public required long Messages { get; init; }

    public required double MessagesPerSecond { get; init; }

    public required double RowsPerSecond { get; init; }

    /// <summary>Bytes of logits and targets sent, without field headers and framing.</summary>
    public required double RequestBytesPerSecond { get; init; }

    /// <summary>Bytes of results received, without field headers and framing.</summary>
    public required double ResponseBytesPerSecond { get; init; }

    [JsonPropertyName("latency_microseconds")]
    public required Latency Latency { get; init; }

    /// <summary>Processor time of the process that generates the load, over all cores, in microseconds.</summary>
    public required double ClientCpuMicrosecondsPerMessage { get; init; }

    /// <summary>What the same process allocated on the managed heap.</summary>
    public required double ClientAllocatedBytesPerMessage { get; init; }

    /// <summary>Null where the server does not tell.</summary>
    public required ServerCost? Server { get; init; }

    /// <summary>Messages of the whole run, warm-up included, that the server refused.</summary>
    public required long Errors { get; init; }

    /// <summary>Answers of the whole run, warm-up included, that float64 contradicts. 0 where nothing was checked.</summary>
    public required long Wrong { get; init; }

    /// <summary>What was wrong with the first of <see cref="Errors"/> and <see cref="Wrong"/>; null where nothing was.</summary>
    public required string? FirstError { get; init; }

    /// <summary>With a rate: messages that were due and never sent, because the windows were full.</summary>
    public required long Unsent { get; init; }

    /// <summary>Beside the same load in the service's own messages; null where that is what was measured.</summary>
    public LoadRatio? TimesNative { get; init; }

    /// <summary>What this took for each message, in multiples of another.</summary>
    public LoadRatio TimesOf(LoadReport other) => new(
        other.MessagesPerSecond / MessagesPerSecond,
        ClientCpuMicrosecondsPerMessage / other.ClientCpuMicrosecondsPerMessage,
        Server?.CpuMicrosecondsPerMessage / other.Server?.CpuMicrosecondsPerMessage);
}
