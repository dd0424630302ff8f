using Google.Protobuf;
using Grpc.Core;
using Scoring.Protocol;

namespace Scoring.Client;

/// <summary>Reads why a call failed: from its status, or from the trailers of a refused message, for which a status alone has no room.</summary>
internal static class CallError
{
    /// <summary>Whether the call failed, rather than that its caller cancelled it.</summary>
    public static bool IsFailure(Exception exception, CancellationToken cancellationToken) =>
        exception is RpcException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    /// <summary>A call whose deadline has passed looks like one that was cancelled.</summary>
    public static bool IsLate(Exception exception, DateTime? deadline) => exception is OperationCanceledException && CallDeadline.HasPassed(deadline);

    public static ScoringException Late(ulong? id, Exception exception) =>
        new(id, new ScoreError(StatusCode.DeadlineExceeded, "the call took longer than it may", null, null, null), exception);

    public static ScoringException From(Exception exception, ulong? id, DateTime? deadline)
    {
        if (exception is not RpcException status)
        {
            return IsLate(exception, deadline)
                ? Late(id, exception)
                : new ScoringException(id, new ScoreError(StatusCode.Cancelled, "the call was cancelled", null, null, null), exception);
        }

        var bytes = status.Trailers.GetValueBytes(ScoringMethods.ErrorTrailer);
        if (bytes is null)
        {
            return new ScoringException(status);
        }

        try
        {
            return new ScoringException(id, ScoreError.From(V1.Error.Parser.ParseFrom(bytes)), status);
        }
        catch (InvalidProtocolBufferException)
        {
            return new ScoringException(status);
        }
    }
}
