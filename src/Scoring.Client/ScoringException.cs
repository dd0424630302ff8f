using System.Security.Authentication;
using Grpc.Core;

namespace Scoring.Client;

/// <summary>A message that the service refused, or a call that broke.</summary>
public sealed class ScoringException : Exception
{
    internal ScoringException(ulong? id, ScoreError error, Exception? inner = null)
        : base($"{error.Code}: {error.Message}", inner)
    {
        Id = id;
        Error = error;
    }

    internal ScoringException(RpcException exception)
        : this(null, new ScoreError(CodeOf(exception), exception.Status.Detail, null, null, null), exception)
    {
    }

    private ScoringException(ScoringException broken, IReadOnlyList<ulong> unanswered)
        : base($"{broken.Message}; {Name(unanswered)}", broken.InnerException)
    {
        Error = broken.Error;
        Unanswered = unanswered;
    }

    /// <summary>The message that was refused; null where the whole call broke.</summary>
    public ulong? Id { get; }

    /// <summary>What was wrong, and where.</summary>
    public ScoreError Error { get; }

    /// <summary>Of a stream that broke, the numbers of the messages that were drawn from its source and had no answer, in order.</summary>
    public IReadOnlyList<ulong> Unanswered { get; } = [];

    /// <summary>Adds what a stream leaves without an answer.</summary>
    internal ScoringException Leaving(IReadOnlyList<ulong> unanswered) => unanswered.Count == 0 ? this : new ScoringException(this, unanswered);

    /// <summary>
    /// A connection that went away is UNAVAILABLE whatever gRPC's client calls it: a service that stops ends its streams with that status and
    /// then closes the connection, and which of the two is seen first is a matter of chance.
    /// </summary>
    private static StatusCode CodeOf(RpcException exception)
    {
        var isBroken = false;
        for (var cause = exception.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            isBroken |= cause is IOException;
            if (cause is AuthenticationException)
            {
                return exception.StatusCode;
            }
        }

        return isBroken ? StatusCode.Unavailable : exception.StatusCode;
    }

    private static string Name(IReadOnlyList<ulong> ids)
    {
        const int MaxNamed = 10;
        var isRun = ids.Count > 2 && ids.Skip(1).Zip(ids).All(pair => pair.First == pair.Second + 1);
        return ids.Count == 1 ? $"message {ids[0]} has no answer"
            : isRun ? $"messages {ids[0]} to {ids[^1]} have no answer"
            : $"messages {string.Join(", ", ids.Take(MaxNamed))}{(ids.Count > MaxNamed ? $" and {ids.Count - MaxNamed} more" : string.Empty)} have no answer";
    }
}
