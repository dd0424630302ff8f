using Grpc.Core;

namespace Scoring.Client;

/// <summary>A message that the service refused, or a call that broke.</summary>
public sealed class ScoringException : Exception
{
    internal ScoringException(ulong? id, ScoreError error, Exception? inner = null)
        : this(id, error, CallEndings.Of(error.Code), inner)
    {
    }

    internal ScoringException(RpcException exception)
        : this(exception, CallEndings.Known(exception.Status))
    {
    }

    private ScoringException(RpcException exception, Status status)
        : this(exception, status.StatusCode, CallEndings.Of(status))
    {
    }

    private ScoringException(RpcException exception, StatusCode code, CallEnding ending)
        : this(null, ErrorOf(exception, ending == CallEnding.Away ? StatusCode.Unavailable : code), ending, exception)
    {
    }

    private ScoringException(ulong? id, ScoreError error, CallEnding ending, Exception? inner)
        : base($"{error.Code}: {error.Message}", inner)
    {
        Id = id;
        Error = error;
        Ending = ending;
    }

    private ScoringException(ScoringException broken, IReadOnlyList<ulong> unanswered)
        : base($"{broken.Message}; {Name(unanswered)}", broken.InnerException)
    {
        Error = broken.Error;
        Ending = broken.Ending;
        Unanswered = unanswered;
    }

    /// <summary>The message that was refused; null where the whole call broke.</summary>
    public ulong? Id { get; }

    /// <summary>What was wrong, and where.</summary>
    public ScoreError Error { get; }

    /// <summary>Of a stream that broke, the numbers of the messages that were drawn from its source and had no answer, in order.</summary>
    public IReadOnlyList<ulong> Unanswered { get; } = [];

    /// <summary>What the error asks of one who may call again.</summary>
    internal CallEnding Ending { get; }

    /// <summary>What it is where the next call was always the one that would have helped.</summary>
    internal ScoringException ForWantOfService() =>
        Error.Code == StatusCode.Unavailable ? this : new ScoringException(Id, Error with { Code = StatusCode.Unavailable }, InnerException);

    /// <summary>Adds what a stream leaves without an answer.</summary>
    internal ScoringException Leaving(IReadOnlyList<ulong> unanswered) => unanswered.Count == 0 ? this : new ScoringException(this, unanswered);

    private static ScoreError ErrorOf(RpcException exception, StatusCode code)
    {
        var transport = TransportError.Of(exception);
        // Where nobody answers .NET says what there is to say, and gRPC only says it again in other words.
        var unreachable = transport?.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError;
        return new(code, TransportError.Explain(transport) ?? (unreachable ? transport!.Message : exception.Status.Detail), null, null, null);
    }

    private static string Name(IReadOnlyList<ulong> ids)
    {
        const int MaxNamed = 10;
        var isRun = ids.Count > 2 && ids.Skip(1).Zip(ids).All(pair => pair.First == pair.Second + 1);
        return ids.Count == 1 ? $"message {ids[0]} has no answer"
            : isRun ? $"messages {ids[0]} to {ids[^1]} have no answer"
            : $"messages {string.Join(", ", ids.Take(MaxNamed))}{(ids.Count > MaxNamed ? $" and {ids.Count - MaxNamed} more" : string.Empty)} have "
                + "no answer";
    }
}
