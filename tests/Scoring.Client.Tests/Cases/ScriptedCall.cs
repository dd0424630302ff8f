using System.Buffers.Binary;
using System.Text.Json;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Scoring.FunctionalTests.Infrastructure.Http2;
using Scoring.Protocol;

namespace Scoring.Client.Tests.Cases;

/// <summary>One call of a <see cref="ScriptedConnection"/>: what came of it, and what is sent.</summary>
internal sealed class ScriptedCall(ScriptedConnection connection, int stream, CancellationToken connectionEnd)
{
    private static readonly byte[] Headers = [0x88, .. Frame.Field("content-type", "application/grpc")];

    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(connectionEnd);
    private readonly Lock _lock = new();
    private readonly Queue<ulong> _unanswered = new();
    private readonly Channel<bool> _came = Channel.CreateUnbounded<bool>();
    private byte[] _bytes = [];
    private bool _isComplete;
    private bool _hasBegun;

    public void Cancel() => _end.Cancel();

    /// <summary>Takes what the client sent.</summary>
    public void Came(byte[] bytes, bool isLast)
    {
        lock (_lock)
        {
            _bytes = [.. _bytes, .. bytes];
            while (_bytes.Length >= 5 && BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(1)) is var length && _bytes.Length >= 5 + length)
            {
                _unanswered.Enqueue(V1.ScoreRequest.Parser.ParseFrom(_bytes, 5, length).Id);
                _bytes = _bytes[(5 + length)..];
            }

            _isComplete |= isLast;
        }

        _came.Writer.TryWrite(true);
    }

    public async Task PlayAsync(JsonElement[] steps)
    {
        try
        {
            foreach (var step in steps)
            {
                await PlayAsync(step);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client, or the script, has ended the call.
        }
    }

    private async Task PlayAsync(JsonElement step)
    {
        var count = ClientCase.Number(step, "count", 1);
        switch (step.GetProperty("do").GetString())
        {
            case "receive":
                await UntilAsync(() => _unanswered.Count >= count);
                break;
            case "only":
                await OnlyAsync(count);
                break;
            case "answer":
                await AnswerAsync(count);
                break;
            case "refuse":
                await UntilAsync(() => _unanswered.Count > 0);
                Send(new V1.ScoreResponse { Id = Next(), Error = ErrorOf(step) });
                break;
            case "serve":
                await ServeAsync((ulong)ClientCase.Number(step, "until", 0));
                break;
            case "status":
                End(step);
                break;
            case "end_stream":
                Begin();
                connection.Send(Frame.Data(stream, [], Frame.EndStream));
                break;
            case "reset":
                await connection.PingAsync(_end.Token);
                connection.Send(new Frame(FrameType.ResetStream, 0, stream, BigEndian(ResetCode(step.GetProperty("code").GetString()))));
                break;
            case "go_away":
                connection.Send(new Frame(FrameType.GoAway, 0, 0, [.. BigEndian(Math.Max(0, stream - 2)), .. BigEndian(0)]));
                connection.Close();
                break;
            case "cut":
                connection.Cut();
                break;
            case "fall_silent":
                connection.FallSilent();
                break;
            case "hold":
                await HoldAsync();
                break;
            default:
                throw new NotSupportedException($"this server has no step {step}");
        }
    }

    private async Task OnlyAsync(int count)
    {
        await UntilAsync(() => _unanswered.Count >= count);
        for (var i = 0; i < 2; i++)
        {
            await connection.PingAsync(_end.Token);
        }

        if (_unanswered.Count != count)
        {
            End(StatusCode.Internal, $"{_unanswered.Count} messages are under way and not {count}", error: null);
            await HoldAsync();
        }
    }

    private async Task ServeAsync(ulong until)
    {
        while (true)
        {
            await UntilAsync(() => _unanswered.Count > 0 || _isComplete);
            if (_unanswered.Count == 0)
            {
                End(StatusCode.OK, string.Empty, error: null);
                await HoldAsync();
            }

            if (_unanswered.Peek() == until)
            {
                return;
            }

            await AnswerAsync(1);
        }
    }

    private async Task AnswerAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await UntilAsync(() => _unanswered.Count > 0);
            Send(new V1.ScoreResponse { Id = Next(), Rows = 1, Classes = 1, Scores = { 1 } });
        }
    }

    private Task HoldAsync() => Task.Delay(Timeout.Infinite, _end.Token);

    private async Task UntilAsync(Func<bool> isSo)
    {
        while (true)
        {
            lock (_lock)
            {
                if (isSo())
                {
                    return;
                }
            }

            await _came.Reader.ReadAsync(_end.Token);
        }
    }

    private ulong Next()
    {
        lock (_lock)
        {
            return _unanswered.Dequeue();
        }
    }

    private void Begin()
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            connection.Send(new Frame(FrameType.Headers, Frame.EndHeaders, stream, Headers));
        }
    }

    private void Send(V1.ScoreResponse response)
    {
        Begin();
        var bytes = response.ToByteArray();
        connection.Send(Frame.Data(stream, [0, .. BigEndian(bytes.Length), .. bytes]));
    }

    private void End(JsonElement step)
    {
        var error = ErrorOf(step);
        End((StatusCode)error.Code, error.Message, error.HasRow || error.RetryAfterMs > 0 ? error : null);
    }

    private void End(StatusCode code, string message, V1.Error? error)
    {
        byte[] trailers =
        [
            .. _hasBegun ? [] : Headers,
            .. Frame.Field("grpc-status", $"{(int)code}"),
            .. Frame.Field("grpc-message", message),
            .. error is null ? [] : Frame.Field(ScoringMethods.ErrorTrailer, Convert.ToBase64String(error.ToByteArray())),
        ];
        connection.Send(new Frame(FrameType.Headers, Frame.EndHeaders | Frame.EndStream, stream, trailers));
    }

    private static V1.Error ErrorOf(JsonElement step)
    {
        var error = new V1.Error
        {
            Code = (uint)ClientCase.Code(step),
            Message = step.TryGetProperty("message", out var message) ? message.GetString()! : string.Empty,
            RetryAfterMs = (uint)ClientCase.Number(step, "retry_after_ms", 0),
        };
        if (step.TryGetProperty("row", out var row))
        {
            error.Row = row.GetUInt32();
        }

        if (step.TryGetProperty("column", out var column))
        {
            error.Column = column.GetUInt32();
        }

        return error;
    }

    private static int ResetCode(string? name) => name switch
    {
        "NO_ERROR" => 0,
        "INTERNAL_ERROR" => 2,
        "REFUSED_STREAM" => 7,
        "CANCEL" => 8,
        _ => throw new NotSupportedException($"this server knows no reset {name}"),
    };

    private static byte[] BigEndian(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
