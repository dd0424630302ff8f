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
        Broken(id, StatusCode.DeadlineExceeded, "the call took longer than it may", exception);

    public static ScoringException Broken(ulong? id, StatusCode code, string what, Exception? exception) =>
        new(id, new ScoreError(code, what, null, null, null), exception);

    /// <param name="exception">What the call threw.</param>
    /// <param name="status">Tells the call's status, which gRPC's client keeps to itself where it throws a cancellation.</param>
    /// <param name="id">The number of the message; null where it has none.</param>
    /// <param name="deadline">Of the call.</param>
    public static ScoringException From(Exception exception, Func<Status> status, ulong? id, DateTime? deadline)
    {
        if (exception is not RpcException failure)
        {
            return IsLate(exception, deadline) ? Late(id, exception) : FromCancelled(id, exception, status());
        }

        var bytes = failure.Trailers.GetValueBytes(ScoringMethods.ErrorTrailer);
        if (bytes is null)
        {
            return new ScoringException(failure);
        }

        try
        {
            return new ScoringException(id, ScoreError.From(V1.Error.Parser.ParseFrom(bytes)), failure);
        }
        catch (InvalidProtocolBufferException)
        {
            return new ScoringException(failure);
        }
    }

    private static ScoringException FromCancelled(ulong? id, Exception exception, Status status) =>
        status.DebugException?.InnerException is TimeoutException
            ? Broken(id, StatusCode.Unavailable, "no connection could be made in time", exception)
            : new ScoringException(new RpcException(status));
}
