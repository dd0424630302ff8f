using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text.Json;
using Scoring.FunctionalTests.Infrastructure.Http2;

namespace Scoring.Client.Tests.Cases;

/// <summary>One connection of a <see cref="ScriptedServer"/>.</summary>
/// <param name="stream">Owned.</param>
/// <param name="nextSteps">Those of the call that begins.</param>
internal sealed class ScriptedConnection(NetworkStream stream, Func<JsonElement[]> nextSteps)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, ScriptedCall> _calls = [];
    private readonly Queue<TaskCompletionSource> _pings = new();
    private readonly List<Task> _playing = [];
    private volatile bool _isSilent;

    /// <summary>Until the client hangs up, or the test is over.</summary>
    public async Task RunAsync(CancellationToken testEnd)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(testEnd);
        try
        {
            await stream.ReadExactlyAsync(new byte[Frame.Preface.Length], end.Token);
            Send(Frame.Settings());
            while (!_isSilent)
            {
                var frame = await ReceiveAsync(end.Token);
                if (!_isSilent)
                {
                    Take(frame, end.Token);
                }
            }

            await Task.Delay(Timeout.Infinite, end.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Nothing more comes.
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(_playing);
            await stream.DisposeAsync();
        }
    }

    public void Send(Frame frame)
    {
        lock (_lock)
        {
            if (!_isSilent)
            {
                stream.Write(frame.ToBytes());
            }
        }
    }

    /// <summary>What the client sent before it answers this has come by then.</summary>
    public Task PingAsync(CancellationToken cancellationToken)
    {
        var pong = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _pings.Enqueue(pong);
        }

        Send(Frame.Ping());
        return pong.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Says goodbye to all that waits to be sent.</summary>
    public void Close() => stream.Socket.Shutdown(SocketShutdown.Both);

    /// <summary>By a reset.</summary>
    public void Cut() => stream.Socket.Close(timeout: 0);

    public void FallSilent() => _isSilent = true;

    private async Task<Frame> ReceiveAsync(CancellationToken cancellationToken)
    {
        var bytes = new byte[FrameHeader.Size];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        var header = FrameHeader.Read(bytes);
        var payload = new byte[header.Length];
        await stream.ReadExactlyAsync(payload, cancellationToken);
        return new Frame(header.Type, header.Flags, header.Stream, payload);
    }

    private void Take(Frame frame, CancellationToken end)
    {
        switch (frame.Type)
        {
            case FrameType.Settings when !frame.IsAcknowledgement:
                Send(new Frame(FrameType.Settings, Frame.Acknowledgement, 0, []));
                break;
            case FrameType.Ping when frame.IsAcknowledgement:
                Pong().SetResult();
                break;
            case FrameType.Ping:
                Send(new Frame(FrameType.Ping, Frame.Acknowledgement, 0, frame.Payload));
                break;
            case FrameType.Headers:
                var call = _calls[frame.Stream] = new ScriptedCall(this, frame.Stream, end);
                _playing.Add(call.PlayAsync(nextSteps()));
                break;
            case FrameType.Data:
                Credit(0, frame.Payload.Length);
                Credit(frame.Stream, frame.Payload.Length);
                _calls[frame.Stream].Came(frame.Payload, isLast: (frame.Flags & Frame.EndStream) != 0);
                break;
            case FrameType.ResetStream:
                _calls[frame.Stream].Cancel();
                break;
        }
    }

    private TaskCompletionSource Pong()
    {
        lock (_lock)
        {
            return _pings.Dequeue();
        }
    }

    private void Credit(int stream, int bytes)
    {
        if (bytes > 0)
        {
            var payload = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(payload, bytes);
            Send(new Frame(FrameType.WindowUpdate, 0, stream, payload));
        }
    }
}
