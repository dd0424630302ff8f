using Scoring.Client.Connections;

namespace Scoring.Client;

/// <summary>Where a <see cref="ScoringClient"/> connects to, and its limits.</summary>
public sealed class ScoringClientOptions
{
    /// <summary>
    /// <c>http://host:port</c>, <c>https://host:port</c>, <c>unix:/path</c>, or <c>dns:///host:port</c> to spread calls over all addresses of the
    /// name. Taken from here by AddScoringClient only.
    /// </summary>
    public string Address { get; set; } = string.Empty;

    /// <summary>Whether connections to a <c>dns:///</c> address use TLS. The other forms of an address say so themselves.</summary>
    public bool UseTls { get; set; }

    /// <summary>How often the name of a <c>dns:///</c> address is resolved again, beside each time that a connection is lost.</summary>
    public TimeSpan DnsRefreshInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long Score and ListHeads may take, all attempts and the waits between them included; <see cref="Timeout.InfiniteTimeSpan"/> for no
    /// limit. Streams, Evaluate and Calibrate have a limit only where a call names one.
    /// </summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often Score and ListHeads, which may be repeated without harm, are tried while the service is UNAVAILABLE: 1 for never again, 5 at most.
    /// Also how often Score is sent where the service refuses it for now and says how long to wait.
    /// </summary>
    public int MaxAttempts { get; set; } = 4;

    /// <summary>Bytes of messages that are kept for another attempt, over all calls. A message past it is sent once.</summary>
    public long MaxRetryBufferBytes { get; set; } = 64 << 20;

    /// <summary>Messages of one stream that are sent and not yet answered. At least 1.</summary>
    public int MaxInFlightMessages { get; set; } = 64;

    /// <summary>Bytes of those messages. A single message may be larger; it then travels alone.</summary>
    public long MaxInFlightBytes { get; set; } = 8 << 20;

    /// <summary>The largest answer that is taken, in bytes.</summary>
    public int MaxReceiveMessageBytes { get; set; } = 64 << 20;

    /// <summary>The most that buffers hold which wait to be used again, in bytes.</summary>
    public long MaxIdleBufferBytes { get; set; } = 64 << 20;

    /// <summary>Whether streams are those of the Open Inference Protocol, to measure it by the same means: FP32 logits in, scores out.</summary>
    internal bool StreamsOpenInference { get; init; }

    /// <summary>What is wrong with the limits, a line for each, where a setting's name follows the prefix.</summary>
    internal IEnumerable<string> Faults(string prefix)
    {
        (string Setting, object Value, bool IsGood, string Rule)[] rules =
        [
            (nameof(DnsRefreshInterval), DnsRefreshInterval, DnsRefreshInterval >= TimeSpan.FromSeconds(1), "at least a second"),
            (nameof(CallTimeout), CallTimeout, CallDeadline.IsTimeout(CallTimeout), "above 0 and at most a day, or -00:00:00.0010000 for no limit"),
            (nameof(MaxAttempts), MaxAttempts, MaxAttempts is >= 1 and <= ScoringChannel.MaxAttempts, "1 to 5"),
            (nameof(MaxRetryBufferBytes), MaxRetryBufferBytes, MaxRetryBufferBytes >= 1, "at least 1"),
            (nameof(MaxInFlightMessages), MaxInFlightMessages, MaxInFlightMessages >= 1, "at least 1"),
            (nameof(MaxInFlightBytes), MaxInFlightBytes, MaxInFlightBytes >= 1, "at least 1"),
            (nameof(MaxReceiveMessageBytes), MaxReceiveMessageBytes, MaxReceiveMessageBytes >= 1, "at least 1"),
            (nameof(MaxIdleBufferBytes), MaxIdleBufferBytes, MaxIdleBufferBytes >= 0, "at least 0"),
        ];
        return rules.Where(rule => !rule.IsGood).Select(rule => $"{prefix}{rule.Setting} is {rule.Value}; it must be {rule.Rule}");
    }
}
