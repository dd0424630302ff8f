using System.Text.Json.Serialization;
using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Cli.Bench;

/// <summary>What load a run puts on a server, and for how long.</summary>
internal sealed record LoadPlan
{
    /// <summary>Rows in a message.</summary>
    public int Rows { get; init; } = 1;

    /// <summary>Logits in a row.</summary>
    public int Classes { get; init; } = 1000;

    /// <summary>Streams over all connections. Unary calls have none.</summary>
    public int Streams { get; init; } = 4;

    /// <summary>Clients, each with a connection of its own, over which the streams or unary calls are spread.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>Messages in flight on each stream at most; with <see cref="Unary"/>, calls in flight over all connections.</summary>
    public int Window { get; init; } = 64;

    /// <summary>One call for each message, instead of streams.</summary>
    public bool Unary { get; init; }

    /// <summary>How messages are told, on streams. Open Inference has FP32 logits and scores alone here.</summary>
    public LoadProtocol Protocol { get; init; }

    /// <summary>The measured time.</summary>
    [JsonPropertyName("duration_seconds")]
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time before it, at full load, in which both sides compile what is hot.</summary>
    [JsonPropertyName("warm_up_seconds")]
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Messages a second over all streams, each due at its own time whatever became of those before. Null: as many as the windows let through.
    /// </summary>
    [JsonPropertyName("rate_per_second")]
    public double? Rate { get; init; }

    public OutputSet Outputs { get; init; } = OutputSet.Scores;

    /// <summary>k of <see cref="OutputSet.TopK"/>; 0 means 1.</summary>
    public int TopK { get; init; }

    /// <summary>How logits are sent: FP32 as logits, all others as data.</summary>
    public DataType Type { get; init; }

    public string Head { get; init; } = "softmax";

    /// <summary>Of how many messages one carries the trace of a caller that is sampled; 0 for none.</summary>
    public int TracedEvery { get; init; }

    /// <summary>Whether every answer is held against float64.</summary>
    public bool Check { get; init; }
}
