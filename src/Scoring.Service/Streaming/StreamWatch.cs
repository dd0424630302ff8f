using System.Diagnostics;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>
/// Ends a call that waits for its client for too long. The call only notes what it waits for; a timer looks at that in quarters of the smallest
/// limit, so that a wait ends at most such a quarter late. Where nothing has a limit there is no timer. A call of one message is only watched while
/// others wait for memory.
/// </summary>
internal sealed class StreamWatch : IAsyncDisposable, IDisposable
{
    private const int ChecksPerSmallest = 4;

    /// <summary>HTTP/2's ENHANCE_YOUR_CALM, which gRPC reads as RESOURCE_EXHAUSTED. Where answers do not get through, no status does.</summary>
    private const int EnhanceYourCalm = 11;

    private readonly LimitSettings _limits;
    private readonly HttpContext _http;
    private readonly CallMemory _memory;
    private readonly Action<StreamWatch> _over;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TimeSpan _period;
    private readonly ITimer? _timer;

    // Of the stream; the timer reads them.
    private volatile StreamWait _wait = StreamWait.FirstMessage;
    private volatile int _turn;

    // Of the timer.
    private (StreamWait Wait, int Turn) _seen = (StreamWait.FirstMessage, 0);
    private int _checks;

    // Of the looks at those who keep others waiting.
    private (StreamWait Wait, int Turn, int Crowd) _seenWhileCrowded;
    private int _checksWhileCrowded;

    private volatile RpcException? _reason;
    private bool _isOver;

    /// <param name="limits">How long is too long.</param>
    /// <param name="http">The stream's call, which is not over until the watch is disposed.</param>
    /// <param name="memory">What the stream holds.</param>
    /// <param name="isStream">Whether there are limits to it at any time, and not only while others wait for memory.</param>
    /// <param name="time">Runs the timer.</param>
    /// <param name="failures">Where a look that fails is told.</param>
    /// <param name="over">Called when the watch is over.</param>
    public StreamWatch(
        LimitSettings limits, HttpContext http, CallMemory memory, bool isStream, TimeProvider time, FailureLog failures, Action<StreamWatch> over)
    {
        (_limits, _http, _memory, _over) = (limits, http, memory, over);
        if (isStream && new[] { limits.FirstMessageMs, limits.StreamIdleMs,
            limits.SlowReaderMs }.Where(limit => limit > 0).ToArray() is { Length: > 0 } set)
        {
            _period = TimeSpan.FromMilliseconds(set.Min()) / ChecksPerSmallest;
            _timer = PeriodicCheck.Start(time, _period, _period, "a stream", Check, failures);
        }
    }

    /// <summary>Cancelled when the stream is to end.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>What it then ends with; null until then.</summary>
    public RpcException? Reason => _reason;

    /// <summary>The service makes room for more. What the client was waited for before still counts.</summary>
    public void Rests() => _wait = StreamWait.Nothing;

    /// <summary>Bytes are waited for. They may be less than a message, and the wait is the same then.</summary>
    public void WaitsForMessage() => _wait = _turn == 0 ? StreamWait.FirstMessage : StreamWait.NextMessage;

    /// <summary>A message is there, whole.</summary>
    public void HasMessage()
    {
        _wait = StreamWait.Nothing;
        // Odd, so that zero is before the first message alone, however many there are.
        _turn = (_turn + 1) | 1;
    }

    /// <summary>Answers are on their way to the client.</summary>
    public void WaitsForReader() => _wait = StreamWait.Reader;

    /// <summary>Reads for a call that has nothing else to end its reading with.</summary>
    /// <exception cref="RpcException">The call is to end.</exception>
    public async ValueTask<ReadResult> ReadAsync(PipeReader body, CancellationToken cancellationToken)
    {
        // Kestrel does not take it well when a read of HTTP/1.1 is given up by its token.
        using var end = Ending.Register(static body => ((PipeReader)body!).CancelPendingRead(), body);
        var read = await body.ReadAsync(cancellationToken);
        if (Reason is null)
        {
            return read;
        }

        body.AdvanceTo(read.Buffer.Start);
        throw Reason;
    }

    /// <summary>
    /// Called in quarters of <see cref="LimitSettings.CrowdedMs"/> while others wait for memory: a stream that keeps some for a client which does not
    /// go on has less time then.
    /// </summary>
    /// <param name="crowd">Another number each time that others wait again.</param>
    public void CheckWhileCrowded(int crowd)
    {
        lock (_lock)
        {
            var now = (Wait: _wait, Turn: _turn, Crowd: crowd);
            var keeps = now.Wait switch
            {
                StreamWait.Nothing => false,
                StreamWait.Reader => true,
                _ => _memory.IsKept,
            };
            if (!keeps || now != _seenWhileCrowded)
            {
                (_seenWhileCrowded, _checksWhileCrowded) = (keeps ? now : default, 0);
            }
            else if (++_checksWhileCrowded == ChecksPerSmallest && !_isOver && _reason is null)
            {
                End(now.Wait, new Status(
                    now.Wait == StreamWait.Reader ? StatusCode.ResourceExhausted : StatusCode.Unavailable,
                    $"{(now.Wait == StreamWait.Reader ? "answers were not read" : "a message did not come whole")} for {_limits.CrowdedMs} ms while "
                    + "others waited for memory, "
                    + $"which is the limit Scoring:Limits:{nameof(LimitSettings.CrowdedMs)}"));
            }
        }
    }

    /// <summary>Waits for a look that is under way, which may not find the call gone.</summary>
    public async ValueTask DisposeAsync()
    {
        Leave();
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }

        _ending.Dispose();
    }

    /// <summary>The same for a watch without a timer.</summary>
    public void Dispose()
    {
        Debug.Assert(_timer is null, "A timer is waited for.");
        Leave();
        _ending.Dispose();
    }

    private void Leave()
    {
        _over(this);
        lock (_lock)
        {
            _isOver = true;
        }
    }

    private void Check()
    {
        var now = (Wait: _wait, Turn: _turn);
        if (now.Wait == StreamWait.Nothing || _reason is not null)
        {
            return;
        }

        if (now != _seen)
        {
            (_seen, _checks) = (now, 0);
            return;
        }

        var limit = now.Wait switch
        {
            StreamWait.FirstMessage => _limits.FirstMessageMs,
            StreamWait.NextMessage => _limits.StreamIdleMs,
            _ => _limits.SlowReaderMs,
        };
        if (limit > 0 && ++_checks * _period >= TimeSpan.FromMilliseconds(limit))
        {
            lock (_lock)
            {
                End(now.Wait, now.Wait switch
                {
                    StreamWait.FirstMessage => Late($"no message came whole in {_limits.FirstMessageMs} ms", nameof(LimitSettings.FirstMessageMs)),
                    StreamWait.NextMessage => Late($"no other message came whole in {_limits.StreamIdleMs} ms", nameof(LimitSettings.StreamIdleMs)),
                    _ => new Status(
                        StatusCode.ResourceExhausted,
                        $"answers were not read for {_limits.SlowReaderMs} ms; the limit is Scoring:Limits:{nameof(LimitSettings.SlowReaderMs)}"),
                });
            }
        }
    }

    private void End(StreamWait wait, Status reason)
    {
        _reason ??= new RpcException(reason);
        _ending.Cancel();
        if (wait == StreamWait.Reader)
        {
            Abort();
        }
    }

    /// <summary>What clients make another call after, once they have something to send: nothing is lost, and nobody's deadline has passed.</summary>
    private static Status Late(string what, string setting) =>
        new(StatusCode.Unavailable, $"{what}, which is the limit Scoring:Limits:{setting}; make another call when there is one");

    /// <summary>A write that waits for the client's window knows no cancellation.</summary>
    private void Abort()
    {
        if (_http.Features.Get<IHttpResetFeature>() is { } stream)
        {
            stream.Reset(EnhanceYourCalm);
        }
        else
        {
            _http.Abort();
        }
    }
}
