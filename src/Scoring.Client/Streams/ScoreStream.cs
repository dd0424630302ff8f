using System.Runtime.CompilerServices;
using Grpc.Core;
using Scoring.Protocol;

namespace Scoring.Client.Streams;

/// <summary>
/// What the caller sees as one stream, over as many calls as it takes. Where a call breaks and the service has not said no, another is made after a
/// while and what has no answer is sent again: scoring a message twice does no harm. The caller has each answer once, in order, or in the end an
/// error that names the messages without one. When the caller leaves the loop, nothing runs on.
/// </summary>
/// <param name="invoker">Makes the calls.</param>
/// <param name="method">What is called.</param>
/// <param name="pool">Of the messages.</param>
/// <param name="options">Limits.</param>
/// <param name="closing">Cancelled when the client is disposed.</param>
internal sealed class ScoreStream(
    CallInvoker invoker, Method<PooledScoreRequest, PooledScoreResponse> method, MessagePool pool, ScoringClientOptions options,
    CancellationToken closing)
{
    private readonly MessageSpans _spans = new();
    private readonly Backoff _backoff = new(options.StreamPatience, TimeProvider.System);

    /// <summary>Whether a call was cut off with messages under way, and none was answered since.</summary>
    private bool _wasCut;

    /// <summary>Whether the last answer of the call was an error, which the status that ends the call may repeat.</summary>
    private bool _isRefused;

    public async IAsyncEnumerable<ScoreResult> RunAsync(
        IAsyncEnumerable<ScoreRequest> requests, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var deadline = CallDeadline.After(timeout);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, closing);
        var window = new InFlightWindow(options.MaxInFlightMessages, options.MaxInFlightBytes);
        await using var outbox = new Outbox(requests.GetAsyncEnumerator(stop.Token), window, _spans, pool);
        try
        {
            ScoringException? failure;
            do
            {
                _isRefused = false;
                failure = null;
                ObjectDisposedException.ThrowIf(closing.IsCancellationRequested, typeof(ScoringClient));
                await using (var call = new StreamCall(Start, outbox, window, options.ProgressTimeout, TimeProvider.System, stop.Token))
                {
                    while (failure is null && await call.ReceiveAsync(deadline, cancellationToken, closing).ConfigureAwait(false) is { } response)
                    {
                        failure = FaultOf(response, window);
                        if (failure is null)
                        {
                            yield return Accept(response, window);
                        }
                    }

                    failure ??= call.Failure;
                }

                if (failure is { Ending: CallEnding.Cut } && Culprit(failure, window) is { } verdict)
                {
                    yield return Accept(verdict, window);
                }
            }
            while (failure is not null && await ResumeAsync(failure, outbox, window, deadline, stop.Token, cancellationToken).ConfigureAwait(false));

            await outbox.ThrowIfFailedAsync().ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            _spans.Abandon();
        }

        AsyncDuplexStreamingCall<PooledScoreRequest, PooledScoreResponse> Start(CancellationToken end) =>
            invoker.AsyncDuplexStreamingCall(method, null, new CallOptions(deadline: deadline, cancellationToken: end));
    }

    /// <summary>
    /// Null where it is the answer to the oldest message. Else nothing that comes after it can be trusted either, and it is disposed.
    /// </summary>
    private ScoringException? FaultOf(PooledScoreResponse response, InFlightWindow window)
    {
        if ((window.FaultOf(response.Id) ?? AnswerShape.FaultOf(response, window.Oldest.Request)) is not { } fault)
        {
            return null;
        }

        _isRefused = false;
        response.Dispose();
        return CallError.Broken(id: null, StatusCode.Internal, fault, exception: null);
    }

    private ScoreResult Accept(PooledScoreResponse response, InFlightWindow window)
    {
        window.Answered();
        _backoff.Reset();
        var result = new ScoreResult(response);
        (_wasCut, _isRefused) = (false, result.Error is not null);
        _spans.Answered(result.Error);
        return result;
    }

    /// <summary>
    /// Where a call is cut off, it may be for one of the messages under way, and which of them is not known: from then on each is sent alone. The
    /// one that has its call cut off again has this as its answer, and the stream goes on without it.
    /// </summary>
    private PooledScoreResponse? Culprit(ScoringException failure, InFlightWindow window)
    {
        if (options.StreamPatience == TimeSpan.Zero || !window.AwaitsAnswer)
        {
            return null;
        }

        if (!_wasCut || !window.IsOldestAlone)
        {
            window.Suspect();
            _wasCut = true;
            return null;
        }

        var answer = pool.RentResponse();
        answer.Id = window.Oldest.Id;
        answer.Error = new V1.Error
        {
            Code = (uint)failure.Error.Code,
            Message = $"both calls with this message were cut off: {failure.Error.Message}"
        };
        return answer;
    }

    /// <summary>Waits until another call is worth while; false where there is nothing more to send.</summary>
    /// <exception cref="ScoringException">The stream cannot go on.</exception>
    private async Task<bool> ResumeAsync(
        ScoringException failure, Outbox outbox, InFlightWindow window, DateTime? deadline, CancellationToken stop,
        CancellationToken cancellationToken)
    {
        window.Rewind();
        if ((failure.Ending == CallEnding.Refused && !_isRefused) || options.StreamPatience == TimeSpan.Zero)
        {
            throw failure.Leaving(outbox.Unanswered);
        }

        if (options.StreamPatience == Timeout.InfiniteTimeSpan)
        {
            // A service that stays away would keep it from the caller for ever.
            await outbox.ThrowIfFailedAsync().ConfigureAwait(false);
        }

        using var end = CallDeadline.CancelAt(deadline, stop);
        try
        {
            // Whatever becomes of the service while there is nothing to ask of it does no harm.
            if (!await outbox.WaitAsync(end.Token).ConfigureAwait(false))
            {
                return false;
            }

            if (failure.Error.RetryAfter is not null)
            {
                _backoff.IsThere();
            }

            var wait = _backoff.Next() ?? throw failure.ForWantOfService().Leaving(outbox.Unanswered);
            await Task.Delay(wait, TimeProvider.System, end.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException exception) when (end.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(closing.IsCancellationRequested, typeof(ScoringClient));
            throw CallError.Late(id: null, exception).Leaving(outbox.Unanswered);
        }
    }
}
