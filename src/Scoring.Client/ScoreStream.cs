using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Grpc.Core;
using Scoring.Client.Bursts;
using Scoring.Protocol;

namespace Scoring.Client;

/// <summary>
/// One bidirectional call. A task of its own sends what the caller's source yields, as far as the window has room; the
/// caller's own loop receives. Whichever ends first, by error, by cancellation or because the caller stops listening,
/// ends the other: when the loop is left, nothing runs on.
/// </summary>
internal sealed class ScoreStream(
    CallInvoker invoker, Method<PooledScoreRequest, PooledScoreResponse> method, MessagePool pool, ScoringClientOptions options)
{
    private readonly InFlightWindow _window = new(options.MaxInFlightMessages, options.MaxInFlightBytes);
    private readonly Burst _burst = new();
    private readonly MessageSpans _spans = new();
    private ulong _lastId;

    /// <summary>Set before the call starts; null for none.</summary>
    private DateTime? _deadline;

    /// <summary>Set before the service is told that no more will come.</summary>
    private volatile bool _sourceEnded;

    /// <summary>What the caller's own source threw, set before it ends the call.</summary>
    private volatile ExceptionDispatchInfo? _sourceFailure;

    public async IAsyncEnumerable<ScoreResult> RunAsync(
        IAsyncEnumerable<ScoreRequest> requests, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _deadline = CallDeadline.After(timeout);
        var callOptions = new CallOptions(deadline: _deadline, cancellationToken: stop.Token);
        using var call = _burst.Start(() => invoker.AsyncDuplexStreamingCall(method, null, callOptions));
        var sending = SendAsync(requests, call.RequestStream, stop);
        try
        {
            while (await ReceiveAsync(call.ResponseStream, sending, cancellationToken).ConfigureAwait(false) is { } result)
            {
                yield return result;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _spans.Abandon();
        }
    }

    /// <summary>The next result, or null at the end of the stream. One that has arrived already costs no task.</summary>
    private async ValueTask<ScoreResult?> ReceiveAsync(
        IAsyncStreamReader<PooledScoreResponse> responses, Task sending, CancellationToken cancellationToken)
    {
        try
        {
            if (await responses.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                var response = responses.Current;
                try
                {
                    _window.Answered(response.Id);
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
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _sourceFailure?.Throw();
            throw exception is RpcException status ? new ScoringException(status)
                : CallError.IsLate(exception, _deadline) ? CallError.From(exception, id: null, _deadline)
                : Broken("the call was cancelled", exception);
        }

        if (_window.Count > 0)
        {
            throw Broken($"the service ended the stream with {_window.Count} messages unanswered", null);
        }

        if (!_sourceEnded)
        {
            throw Broken("the service ended the stream before all was sent", null);
        }

        await sending.ConfigureAwait(false);
        return null;
    }

    private async Task SendAsync(
        IAsyncEnumerable<ScoreRequest> requests, IClientStreamWriter<PooledScoreRequest> writer, CancellationTokenSource stop)
    {
        var source = requests.GetAsyncEnumerator(stop.Token);
        var moving = Task.FromResult(false);
        PooledScoreRequest? message = null;
        PooledScoreRequest? following = null;
        var isWriting = false;
        try
        {
            moving = source.MoveNextAsync().AsTask();
            while (message is not null || await moving.ConfigureAwait(false))
            {
                message ??= await EnterAsync(source.Current, stop.Token).ConfigureAwait(false);

                // While the next message is at hand and has room, both go out in one flush.
                moving = source.MoveNextAsync().AsTask();
                following = moving.IsCompletedSuccessfully && await moving.ConfigureAwait(false) ? TryEnter(source.Current) : null;
                _burst.MoreFollows = following is not null;
                isWriting = true;
                await writer.WriteAsync(message).ConfigureAwait(false);
                isWriting = false;

                message.Dispose();
                (message, following) = (following, null);
            }

            _sourceEnded = true;
            isWriting = true;
            await writer.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RpcException || (isWriting && exception is OperationCanceledException))
        {
            // The call has ended; the receiving side reports with which status.
        }
        catch (Exception exception)
        {
            _sourceFailure = ExceptionDispatchInfo.Capture(exception);
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            message?.Dispose();
            following?.Dispose();
            // A source is disposed only once it stands still; the receiving side's cancellation reaches it here.
            await ((Task)moving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<PooledScoreRequest> EnterAsync(ScoreRequest request, CancellationToken cancellationToken)
    {
        var message = RequestMessage.Rent(pool, request, request.Id ?? ++_lastId);
        try
        {
            await _window.EnterAsync(message.Id, SizeInFlight(message), cancellationToken).ConfigureAwait(false);
            _spans.Sent(request.Caller ?? Activity.Current, message);
            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    private PooledScoreRequest? TryEnter(ScoreRequest request)
    {
        var message = RequestMessage.Rent(pool, request, request.Id ?? _lastId + 1);
        if (!_window.TryEnter(message.Id, SizeInFlight(message)))
        {
            message.Dispose();
            return null;
        }

        if (request.Id is null)
        {
            _lastId++;
        }

        _spans.Sent(request.Caller ?? Activity.Current, message);
        return message;
    }

    private static long SizeInFlight(PooledScoreRequest message) =>
        ((long)message.Logits.Count * sizeof(float)) + message.Data.Count + ((long)message.Targets.Count * sizeof(uint)) + message.TargetLabels.Bytes;

    private static ScoringException Broken(string what, Exception? inner) =>
        new(null, new ScoreError(StatusCode.Unavailable, what, null, null, null), inner);
}
