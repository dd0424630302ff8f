namespace Scoring.Client.Bursts;

/// <summary>
/// Says of one stream whether the message being sent is followed at once by another, in which case it need not go out by itself.
/// gRPC's client flushes each message whatever its write options say; this reaches the stream underneath it.
/// </summary>
internal sealed class Burst
{
    private const string StatusHeader = "grpc-status";

    private static readonly AsyncLocal<Burst?> Ambient = new();

    private volatile bool _moreFollows;

    /// <summary>The burst of the call that is being started; null where a call sends one message.</summary>
    public static Burst? OfCallBeingStarted => Ambient.Value;

    public bool MoreFollows
    {
        get => _moreFollows;
        set => _moreFollows = value;
    }

    /// <summary>What comes back; null before its headers are there.</summary>
    public HttpResponseMessage? Response { get; set; }

    /// <summary>Whether the service has said how the call went. Known at the end of the call.</summary>
    public bool HasStatus => Response is { } response && (response.TrailingHeaders.Contains(StatusHeader) || response.Headers.Contains(StatusHeader));

    /// <summary>Starts a call whose messages this burst speaks for.</summary>
    public TCall Start<TCall>(Func<TCall> call)
    {
        var outer = Ambient.Value;
        Ambient.Value = this;
        try
        {
            return call();
        }
        finally
        {
            Ambient.Value = outer;
        }
    }
}
