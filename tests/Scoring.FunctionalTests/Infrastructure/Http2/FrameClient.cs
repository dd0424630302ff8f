using System.Buffers.Binary;
using System.Net.Sockets;

namespace Scoring.FunctionalTests.Infrastructure.Http2;

/// <summary>A connection on which a test sends whatever frames it likes, and reads answers when it likes.</summary>
internal sealed class FrameClient : IDisposable
{
    /// <summary>After this long without progress, the server is holding the sender back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly TcpClient _connection;
    private readonly NetworkStream _stream;

    /// <summary>Bytes of DATA that the server takes of all streams together.</summary>
    private long _window = 65535;

    private FrameClient(TcpClient connection)
    {
        _connection = connection;
        _stream = connection.GetStream();
        // A server that hangs fails the test.
        _end.CancelAfter(TimeSpan.FromMinutes(1));
    }

    /// <summary>Says what HTTP/2 begins with.</summary>
    public static async Task<FrameClient> ConnectAsync(ScoringServer server, params (ushort Id, int Value)[] settings)
    {
        var address = new Uri(server.Address);
        var connection = new TcpClient { NoDelay = true };
        await connection.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        var client = new FrameClient(connection);
        await client._stream.WriteAsync(Frame.Preface.ToArray(), client._end.Token);
        await client.SendAsync(Frame.Settings(settings));
        return client;
    }

    public async Task SendAsync(params Frame[] frames) => await _stream.WriteAsync(frames.SelectMany(frame => frame.ToBytes()).ToArray(), _end.Token);

    /// <summary>Opens a call with the first bytes of a message, so that the service knows how long it will be.</summary>
    public Task BeginMessageAsync(int stream, int length, string rpc = "ScoreStream")
    {
        var begin = new byte[100];
        BinaryPrimitives.WriteInt32BigEndian(begin.AsSpan(1), length);
        return SendAsync(Frame.Call(stream, rpc), Frame.Data(stream, begin));
    }

    /// <summary>Sends the bytes again and again. The bytes that went out until the server closed the connection, or took no more.</summary>
    public async Task<long> FloodAsync(Func<int, byte[]> next, int times)
    {
        var sent = 0L;
        try
        {
            for (var time = 0; time < times; time++)
            {
                var bytes = next(time);
                await _stream.WriteAsync(bytes, _end.Token).AsTask().WaitAsync(Patience, _end.Token);
                sent += bytes.Length;
            }
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            // Closed, or held back.
        }

        return sent;
    }

    /// <summary>Sends DATA when the connection's window has room; false where the server leaves it none.</summary>
    public async Task<bool> TrySendDataAsync(int stream, byte[] bytes)
    {
        try
        {
            while (_window < bytes.Length)
            {
                await ReceiveAsync().WaitAsync(Patience, _end.Token);
            }
        }
        catch (TimeoutException)
        {
            return false;
        }

        _window -= bytes.Length;
        await SendAsync(Frame.Data(stream, bytes));
        return true;
    }

    /// <summary>The next frame; null where the connection is closed.</summary>
    public async Task<Frame?> ReceiveAsync()
    {
        try
        {
            var bytes = new byte[FrameHeader.Size];
            await _stream.ReadExactlyAsync(bytes, _end.Token);
            var header = FrameHeader.Read(bytes);
            var payload = new byte[header.Length];
            await _stream.ReadExactlyAsync(payload, _end.Token);
            var frame = new Frame(header.Type, header.Flags, header.Stream, payload);
            _window += frame is { Type: FrameType.WindowUpdate, Stream: 0 } ? BinaryPrimitives.ReadInt32BigEndian(payload) : 0;
            return frame;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads until a frame is what is waited for, which is the last one; or the connection is closed.</summary>
    public async Task<List<Frame>> ReceiveUntilAsync(Predicate<Frame> isLast)
    {
        var frames = new List<Frame>();
        while (await ReceiveAsync() is { } frame)
        {
            frames.Add(frame);
            if (isLast(frame))
            {
                break;
            }
        }

        return frames;
    }

    /// <summary>What comes before the connection is closed.</summary>
    public Task<List<Frame>> ReceiveAllAsync() => ReceiveUntilAsync(_ => false);

    public void Dispose()
    {
        _connection.Dispose();
        _end.Dispose();
    }
}
