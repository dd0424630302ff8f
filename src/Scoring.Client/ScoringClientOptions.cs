namespace Scoring.Client;

/// <summary>Where a <see cref="ScoringClient"/> connects to, and its limits.</summary>
public sealed class ScoringClientOptions
{
    private const int MostAttempts = 100;

    /// <summary>
    /// <c>http://host:port</c> or <c>host:port</c>, <c>https://host:port</c>, <c>unix:/path</c>, or <c>dns:///host:port</c> to spread calls over all
    /// addresses of the name. Taken from here by AddScoringClient only.
    /// </summary>
    public string Address { get; set; } = string.Empty;

    /// <summary>
    /// Whether connections to <c>host:port</c> and <c>dns:///</c> use TLS. The other forms of an address say so themselves: with <c>http://</c> this
    /// is an error.
    /// </summary>
    public bool UseTls { get; set; }

    /// <summary>The API key that every call has with it; empty for none. Over <c>http://</c> whoever is on the way can read it.</summary>
    public string ApiKey { get; set; } = string.Empty;

    /// <summary>How often the name of a <c>dns:///</c> address is resolved again, beside each time that a connection is lost.</summary>
    public TimeSpan DnsRefreshInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long Score and ListHeads may take, all attempts and the waits between them included; <see cref="Timeout.InfiniteTimeSpan"/> for no
    /// limit. Streams, Evaluate and Calibrate have a limit only where a call names one.
    /// </summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often Score and ListHeads, which may be repeated without harm, are tried while the service is UNAVAILABLE, or refuses them for now and
    /// says how long to wait: 1 for never again.
    /// </summary>
    public int MaxAttempts { get; set; } = 4;

    /// <summary>
    /// How long a stream goes on trying to reach a service that is UNAVAILABLE, from the moment it breaks with messages to send until the next
    /// answer, or until the service says that it is only full; 0 for a stream that ends when it breaks,
    /// <see cref="Timeout.InfiniteTimeSpan"/> for one that never gives up.
    /// </summary>
    public TimeSpan StreamPatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long it may take to connect to an address, TLS included, and how long a new connection then has to say its first word, before the next
    /// address is tried, or the same again; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a connection may be silent while calls are under way before it is asked whether it still stands. At least a second.
    /// </summary>
    public TimeSpan KeepAliveDelay { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long it then has to answer, before it is closed and its calls break. At least a second.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a stream's call may have messages and answer none, or have answered all and not end, while that is waited for, before it is given up
    /// as broken;
    /// <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    public TimeSpan ProgressTimeout { get; set; } = TimeSpan.FromSeconds(60);

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
        if (ApiKey.Any(character => character is < '!' or > '~'))
        {
            // Not what it is: it is a secret.
            yield return $"{prefix}{nameof(ApiKey)} must be of visible ASCII characters";
        }

        (string Setting, object Value, bool IsGood, string Rule)[] rules =
        [
            (nameof(DnsRefreshInterval), DnsRefreshInterval, DnsRefreshInterval >= TimeSpan.FromSeconds(1), "at least a second"),
            (nameof(CallTimeout), CallTimeout, CallDeadline.IsTimeout(CallTimeout), "above 0 and at most a day, or -00:00:00.0010000 for no limit"),
            (nameof(MaxAttempts), MaxAttempts, MaxAttempts is >= 1 and <= MostAttempts, $"1 to {MostAttempts}"),
            (nameof(StreamPatience), StreamPatience, StreamPatience == TimeSpan.Zero || CallDeadline.IsTimeout(StreamPatience),
                "0 to a day, or -00:00:00.0010000 for no limit"),
            (nameof(ConnectTimeout), ConnectTimeout, CallDeadline.IsTimeout(ConnectTimeout),
                "above 0 and at most a day, or -00:00:00.0010000 for no limit"),
            (nameof(KeepAliveDelay), KeepAliveDelay, KeepAliveDelay >= TimeSpan.FromSeconds(1), "at least a second"),
            (nameof(KeepAliveTimeout), KeepAliveTimeout, KeepAliveTimeout >= TimeSpan.FromSeconds(1), "at least a second"),
            (nameof(ProgressTimeout), ProgressTimeout, CallDeadline.IsTimeout(ProgressTimeout),
                "above 0 and at most a day, or -00:00:00.0010000 for no limit"),
            (nameof(MaxInFlightMessages), MaxInFlightMessages, MaxInFlightMessages >= 1, "at least 1"),
            (nameof(MaxInFlightBytes), MaxInFlightBytes, MaxInFlightBytes >= 1, "at least 1"),
            (nameof(MaxReceiveMessageBytes), MaxReceiveMessageBytes, MaxReceiveMessageBytes >= 1, "at least 1"),
            (nameof(MaxIdleBufferBytes), MaxIdleBufferBytes, MaxIdleBufferBytes >= 0, "at least 0"),
        ];
        foreach (var (setting, value, _, rule) in rules.Where(rule => !rule.IsGood))
        {
            yield return $"{prefix}{setting} is {value}; it must be {rule}";
        }
    }
}
