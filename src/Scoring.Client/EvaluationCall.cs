using Grpc.Core;
using Scoring.Client.Bursts;
using Scoring.V1;

namespace Scoring.Client;

/// <summary>
/// One call that sends rows with their targets, and has one answer. The service may end it at any message: the source is then stopped, and the
/// service's status is what the caller gets.
/// </summary>
internal static class EvaluationCall
{
    public static async Task<TResponse> RunAsync<TResponse>(
        CallInvoker invoker, Method<EvaluateRequest, TResponse> method, IAsyncEnumerable<EvaluateRequest> requests, DateTime? deadline,
        CancellationToken closing, CancellationToken cancellationToken)
        where TResponse : class
    {
        // No message follows another at once. What it is for is that the end of the call ends what is being written.
        using var call = new Burst().Start(
            () => invoker.AsyncClientStreamingCall(method, null, new CallOptions(deadline: deadline, cancellationToken: cancellationToken)));
        await SendAsync(call, requests, cancellationToken).ConfigureAwait(false);
        try
        {
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (Exception exception) when (CallError.IsFailure(exception, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(closing.IsCancellationRequested, typeof(ScoringClient));
            throw CallError.From(exception, call.GetStatus, id: null, deadline);
        }
    }

    /// <summary>Sends all that the source has, or as much as the service wants.</summary>
    private static async Task SendAsync<TResponse>(
        AsyncClientStreamingCall<EvaluateRequest, TResponse> call, IAsyncEnumerable<EvaluateRequest> requests, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var source = requests.GetAsyncEnumerator(stop.Token);
        var moving = Task.FromResult(false);
        try
        {
            do
            {
                moving = source.MoveNextAsync().AsTask();
                await Task.WhenAny(moving, call.ResponseAsync).ConfigureAwait(false);
                if (call.ResponseAsync.IsCompleted)
                {
                    return;
                }

                if (!await moving.ConfigureAwait(false))
                {
                    await call.RequestStream.CompleteAsync().ConfigureAwait(false);
                    return;
                }
            }
            while (await WriteAsync(call, source.Current, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await SourceDisposal.DisposeAsync(source, moving).ConfigureAwait(false);
        }
    }

    /// <summary>False where the call has ended, whose answer then has the status.</summary>
    private static async Task<bool> WriteAsync<TResponse>(
        AsyncClientStreamingCall<EvaluateRequest, TResponse> call, EvaluateRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await call.RequestStream.WriteAsync(request, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (
            exception is RpcException or IOException or HttpRequestException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            || (exception is InvalidOperationException && call.ResponseAsync.IsCompleted))
        {
            return false;
        }
    }
}
