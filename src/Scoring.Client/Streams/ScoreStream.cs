using System.Runtime.CompilerServices;
using Grpc.Core;
using Scoring.Protocol;

namespace Scoring.Client.Streams;

/// <summary>
/// What the caller sees as one stream, over as many calls as it takes. Where a call breaks because the service went away, another is made after a
/// while and what has no answer is sent again: scoring a message twice does no harm. The caller has each answer once, in order, or in the end an
/// error that names the messages without one. When the caller leaves the loop, nothing runs on.
/// </summary>
internal sealed class ScoreStream(
    CallInvoker invoker, Method<PooledScoreRequest, PooledScoreResponse> method, MessagePool pool, ScoringClientOptions options)
{
    private readonly MessageSpans _spans = new();
    private readonly Backoff _backoff = new(options.StreamPatience, TimeProvider.System);

    public async IAsyncEnumerable<ScoreResult> RunAsync(
        IAsyncEnumerable<ScoreRequest> requests, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var deadline = CallDeadline.After(timeout);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var window = new InFlightWindow(options.MaxInFlightMessages, options.MaxInFlightBytes);
        await using var outbox = new Outbox(requests.GetAsyncEnumerator(stop.Token), window, _spans, pool);
        try
        {
            ScoringException? failure;
            do
            {
                await using var call = new StreamCall(Start, outbox, window, options.ProgressTimeout, stop.Token);
                while (await call.ReceiveAsync(deadline, cancellationToken).ConfigureAwait(false) is { } response)
                {
                    yield return Accept(response, window);
                }

                failure = call.Failure;
            }
            while (failure is not null && await ResumeAsync(failure, outbox, window, deadline, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            _spans.Abandon();
        }

        AsyncDuplexStreamingCall<PooledScoreRequest, PooledScoreResponse> Start(CancellationToken end) =>
            invoker.AsyncDuplexStreamingCall(method, null, new CallOptions(deadline: deadline, cancellationToken: end));
    }

    private ScoreResult Accept(PooledScoreResponse response, InFlightWindow window)
    {
        try
        {
            window.Answered(response.Id);
            _backoff.Reset();
            var result = new ScoreResult(response);
            _spans.Answered(result.Error);
            return result;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Waits until another call is worth while; false where there is nothing more to send.</summary>
    /// <exception cref="ScoringException">The stream cannot go on.</exception>
    private async Task<bool> ResumeAsync(
        ScoringException failure, Outbox outbox, InFlightWindow window, DateTime? deadline, CancellationToken cancellationToken)
    {
        window.Rewind();
        if (failure.Error.Code != StatusCode.Unavailable || options.StreamPatience == TimeSpan.Zero)
        {
            throw failure.Leaving(outbox.Unanswered);
        }

        using var end = CallDeadline.CancelAt(deadline, cancellationToken);
        try
        {
            // Whatever becomes of the service while there is nothing to ask of it does no harm.
            if (!await outbox.WaitAsync(end.Token).ConfigureAwait(false))
            {
                return false;
            }

            var wait = _backoff.Next() ?? throw failure.Leaving(outbox.Unanswered);
            await Task.Delay(wait, TimeProvider.System, end.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException exception) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw CallError.Late(id: null, exception).Leaving(outbox.Unanswered);
        }
    }
}
