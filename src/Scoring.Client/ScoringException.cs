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
        : this(null, new ScoreError(exception.StatusCode, exception.Status.Detail, null, null, null), exception)
    {
    }

    /// <summary>The message that was refused; null where the whole call broke.</summary>
    public ulong? Id { get; }

    /// <summary>What was wrong, and where.</summary>
    public ScoreError Error { get; }
}
