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
    private readonly Queue<(ulong Id, int Logits)> _unanswered = new();
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
                var request = V1.ScoreRequest.Parser.ParseFrom(_bytes, 5, length);
                _unanswered.Enqueue((request.Id, request.Logits.Count));
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
            case "misanswer":
                await MisanswerAsync(step);
                break;
            case "send_bytes":
                await UntilAsync(() => _unanswered.Count > 0);
                Next();
                Send(Convert.FromHexString(step.GetProperty("hex").GetString()!));
                break;
            case "half_answer":
                await HalfAnswerAsync();
                break;
            case "refuse":
                await UntilAsync(() => _unanswered.Count > 0);
                Send(new V1.ScoreResponse { Id = Next().Id, Error = ErrorOf(step) }.ToByteArray());
                break;
            case "serve":
                await ServeAsync((ulong)ClientCase.Number(step, "until", 0));
                break;
            case "status":
                End(step);
                break;
            case "redirect":
                var location = step.TryGetProperty("location", out var given) ? given.GetString()! : "/elsewhere";
                EndHeaders([.. Frame.Field(":status", $"{ClientCase.Number(step, "status", 302)}"), .. Frame.Field("location", location)]);
                break;
            case "end_headers":
                EndHeaders([.. _hasBegun ? [] : Headers, .. Frame.Field("x-proxy", "timeout")]);
                break;
            case "bad_headers":
                connection.Send(new Frame(FrameType.Headers, Frame.EndHeaders, stream, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
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

            if (_unanswered.Peek().Id == until)
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
            Send(Answer().ToByteArray());
        }
    }

    private async Task MisanswerAsync(JsonElement step)
    {
        await UntilAsync(() => _unanswered.Count > 0);
        var answer = Answer();
        answer.Id = (ulong)ClientCase.Number(step, "id", (int)answer.Id);
        answer.Rows = (uint)ClientCase.Number(step, "rows", (int)answer.Rows);
        answer.Classes = (uint)ClientCase.Number(step, "classes", (int)answer.Classes);
        var scores = ClientCase.Number(step, "scores", answer.Scores.Count);
        answer.Scores.Clear();
        answer.Scores.Add(new float[scores]);
        Send(answer.ToByteArray());
    }

    private async Task HalfAnswerAsync()
    {
        await UntilAsync(() => _unanswered.Count > 0);
        var message = Message(Answer().ToByteArray());
        Begin();
        connection.Send(Frame.Data(stream, message[..(message.Length / 2)]));
    }

    private V1.ScoreResponse Answer()
    {
        var (id, logits) = Next();
        return new() { Id = id, Rows = 1, Classes = (uint)logits, Scores = { new float[logits] } };
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

    private (ulong Id, int Logits) Next()
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

    private void Send(byte[] answer)
    {
        Begin();
        connection.Send(Frame.Data(stream, Message(answer)));
    }

    private static byte[] Message(byte[] answer) => [0, .. BigEndian(answer.Length), .. answer];

    private void End(JsonElement step)
    {
        if (!ClientCase.TryCode(step, out _))
        {
            End(step.GetProperty("code").GetString()!, string.Empty, error: null);
            return;
        }

        var error = ErrorOf(step);
        var bytes = step.TryGetProperty("error_hex", out var hex) ? Convert.FromHexString(hex.GetString()!)
            : error.HasRow || error.RetryAfterMs > 0 ? error.ToByteArray()
            : null;
        End((StatusCode)error.Code, error.Message, bytes);
    }

    private void End(StatusCode code, string message, byte[]? error) => End($"{(int)code}", message, error);

    private void End(string code, string message, byte[]? error)
    {
        byte[] trailers =
        [
            .. _hasBegun ? [] : Headers,
            .. Frame.Field("grpc-status", code),
            .. Frame.Field("grpc-message", message),
            .. error is null ? [] : Frame.Field(ScoringMethods.ErrorTrailer, Convert.ToBase64String(error)),
        ];
        EndHeaders(trailers);
    }

    private void EndHeaders(byte[] headers) =>
        connection.Send(new Frame(FrameType.Headers, Frame.EndHeaders | Frame.EndStream, stream, headers));

    private static V1.Error ErrorOf(JsonElement step)
    {
        var error = new V1.Error
        {
            Code = (uint)ClientCase.Code(step),
            Message = step.TryGetProperty("message", out var message) ? message.GetString()! : string.Empty,
            RetryAfterMs = (uint)(step.TryGetProperty("retry_after_ms", out var wait) ? wait.GetInt64() : 0),
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
