using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>A call of gRPC-Web over a connection of HTTP/1.1 whose body goes out in the pieces that the test wants, while answers are read.</summary>
internal sealed class WebCall : IDisposable
{
    private readonly TcpClient _client;
    private readonly Stream _received;
    private readonly string _head;
    private readonly List<byte> _body = [];
    private bool _hasHead;
    private bool _isEmpty;

    private WebCall(TcpClient client, string head)
    {
        _client = client;
        _received = new BufferedStream(client.GetStream());
        _head = head;
    }

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static async Task<WebCall> StartAsync(ScoringServer server, string method, string contentType, int length)
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(server.HttpAddress).Port, TestEnd);
        var call = new WebCall(
            client, $"POST /{method} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {contentType}\r\nContent-Length: {length}\r\n\r\n");
        await call.SendAsync(call._head);
        return call;
    }

    public async Task SendAsync(string text) => await _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), TestEnd);

    /// <summary>The next frame of the answer, as it comes.</summary>
    public async Task<(byte Flags, byte[] Content)> ReadFrameAsync()
    {
        if (!_hasHead)
        {
            await ReadHeadAsync();
        }

        var header = await TakeAsync(5);
        return (header[0], await TakeAsync(BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))));
    }

    /// <summary>The answer's first line and headers.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        for (var line = await ReadLineAsync(); line.Length > 0; line = await ReadLineAsync())
        {
            head.Append(line).Append('\n');
        }

        _hasHead = true;
        _isEmpty = head.ToString().Contains("Content-Length: 0\n", StringComparison.OrdinalIgnoreCase);
        return head.ToString();
    }

    /// <summary>Makes the same call again over the connection, once the answer is at its end.</summary>
    public async Task StartAgainAsync()
    {
        Assert.Empty(_body);
        Assert.False(!_isEmpty && await ReadChunkAsync());
        _hasHead = false;
        await SendAsync(_head);
    }

    public void Dispose() => _client.Dispose();

    private async Task<byte[]> TakeAsync(int count)
    {
        while (_body.Count < count)
        {
            Assert.True(await ReadChunkAsync(), "The answer ends early.");
        }

        byte[] some = [.. _body[..count]];
        _body.RemoveRange(0, count);
        return some;
    }

    /// <summary>False at the end.</summary>
    private async Task<bool> ReadChunkAsync()
    {
        var chunk = new byte[int.Parse(await ReadLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture)];
        await _received.ReadExactlyAsync(chunk, TestEnd);
        await ReadLineAsync();
        _body.AddRange(chunk);
        return chunk.Length > 0;
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        var next = new byte[1];
        while (true)
        {
            await _received.ReadExactlyAsync(next, TestEnd);
            if (next[0] == '\n')
            {
                return line.ToString();
            }

            _ = next[0] == '\r' ? line : line.Append((char)next[0]);
        }
    }
}
