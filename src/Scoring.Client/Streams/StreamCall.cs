using System.Runtime.ExceptionServices;
using Grpc.Core;
using Scoring.Client.Bursts;
using Scoring.Protocol;

namespace Scoring.Client.Streams;

/// <summary>
/// One bidirectional call of a stream. A task of its own sends what the outbox has; the caller's own loop receives. Whichever ends first, by
/// error, by cancellation or because the caller stops listening, ends the other: once the call is disposed nothing of it runs on.
/// </summary>
internal sealed class StreamCall : IAsyncDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly AsyncDuplexStreamingCall<PooledScoreRequest, PooledScoreResponse> _call;
    private readonly Burst _burst = new();
    private readonly Outbox _outbox;
    private readonly InFlightWindow _window;
    private readonly StallWatch _stalls;
    private readonly Task _sending;

    /// <summary>Set before the service is told that no more will come.</summary>
    private volatile bool _isAllSent;

    /// <summary>What kept a message from being sent, set before it ends the call.</summary>
    private volatile ExceptionDispatchInfo? _sendingFailure;

    /// <summary>Starts the call.</summary>
    /// <param name="start">Starts it by gRPC's means. Cancelling the token ends it.</param>
    /// <param name="outbox">What is sent. Nobody else takes from it until the call is disposed.</param>
    /// <param name="window">Where the answers are awaited.</param>
    /// <param name="progressTimeout">How long an answer may take.</param>
    /// <param name="time">Measures that.</param>
    /// <param name="stop">Ends the call at once.</param>
    public StreamCall(
        Func<CancellationToken, AsyncDuplexStreamingCall<PooledScoreRequest, PooledScoreResponse>> start,
        Outbox outbox,
        InFlightWindow window,
        TimeSpan progressTimeout,
        TimeProvider time,
        CancellationToken stop)
    {
        (_outbox, _window) = (outbox, window);
        _end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            _call = _burst.Start(() => start(_end.Token));
        }
        catch
        {
            _end.Dispose();
            throw;
        }

        _stalls = new StallWatch(window, progressTimeout, _end, time);
        _sending = SendAsync();
    }

    /// <summary>Why the call broke, once it has given its last answer; null where it came to its end.</summary>
    public ScoringException? Failure { get; private set; }

    /// <summary>The next answer, or null when the call is over. One that has arrived already costs no task.</summary>
    /// <param name="deadline">Of the call.</param>
    /// <param name="cancellationToken">The caller's own, which ends the call by <c>stop</c>.</param>
    /// <param name="closing">Of the client's end, which does so too.</param>
    public async ValueTask<PooledScoreResponse?> ReceiveAsync(DateTime? deadline, CancellationToken cancellationToken, CancellationToken closing)
    {
        try
        {
            _stalls.Waits();
            if (await _call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                _stalls.Answered();
                return _call.ResponseStream.Current;
            }
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(closing.IsCancellationRequested, typeof(ScoringClient));
            _sendingFailure?.Throw();
            Failure = _stalls.IsStalled ? Broken("the service does not answer", exception)
                : IsWithoutStatus(exception) ? Broken("the call ended without a status", exception)
                : CallError.From(exception, _call.GetStatus, id: null, deadline);
            return null;
        }

        if (_window.Count > 0)
        {
            Failure = Broken("the service ended the stream with messages unanswered", null);
        }
        else if (!_isAllSent)
        {
            Failure = Broken("the service ended the stream before all was sent", null);
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        _call.Dispose();
        _stalls.Dispose();
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task SendAsync()
    {
        var isWriting = false;
        try
        {
            while (await _outbox.TakeAsync(_end.Token).ConfigureAwait(false) is { } next)
            {
                using var message = next;
                // While the next message is at hand and has room, both go out in one flush.
                _burst.MoreFollows = _outbox.IsAtHand();
                isWriting = true;
                await _call.RequestStream.WriteAsync(message).ConfigureAwait(false);
                isWriting = false;
            }

            _isAllSent = true;
            _stalls.AllSent();
            isWriting = true;
            await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (isWriting
            ? exception is RpcException or OperationCanceledException or InvalidOperationException or IOException or HttpRequestException
            : exception is OperationCanceledException && _end.IsCancellationRequested)
        {
            // The call has ended; the receiving side tells with which status.
        }
        catch (Exception exception)
        {
            _sendingFailure = ExceptionDispatchInfo.Capture(exception);
            await _end.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Whether the answers have come to an end, and no trailers after them: gRPC's client takes that for a cancellation.</summary>
    private bool IsWithoutStatus(Exception exception) =>
        exception is OperationCanceledException
        && _burst is { Response: not null, HasStatus: false }
        && _call.GetStatus() is { StatusCode: StatusCode.Cancelled, DebugException: null };

    private static ScoringException Broken(string what, Exception? inner) =>
        CallError.Broken(id: null, StatusCode.Unavailable, what, inner);
}
