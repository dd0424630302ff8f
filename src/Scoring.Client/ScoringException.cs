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

    /// <summary>The message that was refused; null where the whole call broke.</summary>
    public ulong? Id { get; }

    /// <summary>What was wrong, and where.</summary>
    public ScoreError Error { get; }

    /// <summary>
    /// A connection that went away is UNAVAILABLE whatever gRPC's client calls it: a service that stops ends its streams with that status and
    /// then closes the connection, and which of the two is seen first is a matter of chance.
    /// </summary>
    private static StatusCode CodeOf(RpcException exception) =>
        exception.StatusCode == StatusCode.Internal && exception.Status.DebugException is IOException ? StatusCode.Unavailable : exception.StatusCode;
}
