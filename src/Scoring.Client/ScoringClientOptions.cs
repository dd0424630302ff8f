namespace Scoring.Client;

/// <summary>Limits of a <see cref="ScoringClient"/>.</summary>
public sealed class ScoringClientOptions
{
    /// <summary>Messages of one stream that are sent and not yet answered. At least 1.</summary>
    public int MaxInFlightMessages { get; init; } = 64;

    /// <summary>Bytes of those messages. A single message may be larger; it then travels alone.</summary>
    public long MaxInFlightBytes { get; init; } = 8 << 20;

    /// <summary>The largest answer that is taken, in bytes.</summary>
    public int MaxReceiveMessageBytes { get; init; } = 64 << 20;

    /// <summary>The most that buffers hold which wait to be used again, in bytes.</summary>
    public long MaxIdleBufferBytes { get; init; } = 64 << 20;

    /// <summary>Whether streams are those of the Open Inference Protocol, to measure it by the same means: FP32 logits in, scores out.</summary>
    internal bool StreamsOpenInference { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxInFlightMessages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxInFlightBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxReceiveMessageBytes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxIdleBufferBytes);
    }
}
