using Grpc.Core;

namespace Scoring.Client;

/// <summary>
/// A call with one message each way that changes nothing, so that it may be made again: where the service is not there, or the call is cut off,
/// after a while; where the service refuses the message for now, after as long as it says. The message is written anew each time, so nobody
/// keeps a copy of it.
/// </summary>
internal static class RepeatableCall
{
    /// <param name="invoker">Makes the calls.</param>
    /// <param name="method">What is called.</param>
    /// <param name="request">The message.</param>
    /// <param name="id">The message's number, for the error; null where it has none.</param>
    /// <param name="timeout">How long all attempts may take.</param>
    /// <param name="maxAttempts">1 for none but the first.</param>
    /// <param name="closing">Cancelled when the client is disposed, which ends its calls.</param>
    /// <param name="cancellationToken">Ends the call, or the wait for the next, at once.</param>
    public static async Task<TResponse> RunAsync<TRequest, TResponse>(
        CallInvoker invoker, Method<TRequest, TResponse> method, TRequest request, ulong? id, TimeSpan timeout, int maxAttempts,
        CancellationToken closing, CancellationToken cancellationToken)
        where TRequest : class
        where TResponse : class
    {
        var deadline = CallDeadline.After(timeout);
        Backoff? backoff = null;
        for (var attempt = 1; ; attempt++)
        {
            using var call = invoker.AsyncUnaryCall(method, null, new CallOptions(null, deadline, cancellationToken), request);
            try
            {
                return await call.ResponseAsync.ConfigureAwait(false);
            }
            catch (Exception exception) when (CallError.IsFailure(exception, cancellationToken))
            {
                ObjectDisposedException.ThrowIf(closing.IsCancellationRequested, typeof(ScoringClient));
                var failure = CallError.From(exception, call.GetStatus, id, deadline);
                backoff ??= new Backoff(Timeout.InfiniteTimeSpan, TimeProvider.System);
                if (attempt == maxAttempts || WaitBeforeNext(failure, backoff) is not { } wait || !CallDeadline.HasRoomFor(deadline, wait))
                {
                    throw failure;
                }

                using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, closing);
                await Task.Delay(wait, TimeProvider.System, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                ObjectDisposedException.ThrowIf(closing.IsCancellationRequested, typeof(ScoringClient));
            }
        }
    }

    /// <summary>Null where another attempt would not help.</summary>
    private static TimeSpan? WaitBeforeNext(ScoringException failure, Backoff backoff) => failure switch
    {
        { Ending: not CallEnding.Refused } => backoff.Next(),
        // Callers that were refused together come back apart.
        { Error: { Code: StatusCode.ResourceExhausted, RetryAfter: { } least } } => least * (1 + (Random.Shared.NextDouble() / 4)),
        _ => null,
    };
}
