using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>A TCP proxy that breaks its connections as networks do: by a reset, or by silence. New ones are as good as the first.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Link, Task> _links = new();
    private readonly Task _accepting;

    /// <param name="server">Where connections go; asked for each of them.</param>
    public CutProxy(Func<Uri> server)
    {
        _listener.Start();
        _accepting = AcceptAsync(server);
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    /// <summary>How much later than it could have everything arrives.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Connections so far.</summary>
    public int Connections { get; private set; }

    /// <summary>Connections that neither side has closed.</summary>
    public int Open => _links.Count;

    /// <summary>Waits until one side or the other has closed each connection.</summary>
    public Task AllEndAsync() => Task.WhenAll(_links.Values);

    /// <summary>Resets every connection there is, whatever is on its way.</summary>
    public void Cut()
    {
        foreach (var link in _links.Keys)
        {
            link.Dispose();
        }
    }

    /// <summary>Has every connection there is carry nothing more, while either side believes that it stands.</summary>
    public void Silence()
    {
        foreach (var link in _links.Keys)
        {
            link.Silence();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        Cut();
        await Task.WhenAll(_links.Values);
        _end.Dispose();
    }

    private async Task AcceptAsync(Func<Uri> server)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_end.Token);
                var link = new Link(client, () => Delay);
                Connections++;
                _links[link] = RunAsync(link, server());
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over: the listener has stopped, while it accepted or before.
        }
    }

    private async Task RunAsync(Link link, Uri server)
    {
        // The link is among the others before it can leave them.
        await Task.Yield();
        await link.RunAsync(server);
        _links.TryRemove(link, out _);
    }

    private sealed class Link(Socket client, Func<TimeSpan> delay) : IDisposable
    {
        private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly TaskCompletionSource _reset = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isSilent;

        /// <summary>Has both sides wait for ever.</summary>
        public void Silence() => _isSilent = true;

        /// <summary>Resets both sides.</summary>
        public void Dispose()
        {
            foreach (var socket in new[] { client, _server })
            {
                socket.Close(timeout: 0);
            }

            _reset.TrySetResult();
        }

        public async Task RunAsync(Uri server)
        {
            try
            {
                await _server.ConnectAsync(server.Host, server.Port);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                Dispose();
                return;
            }

            await Task.WhenAll(PassAsync(client, _server), PassAsync(_server, client));
        }

        /// <summary>
        /// Passes on what comes, and resets the other side where this one is reset: a client that closes its socket with something unread does that.
        /// </summary>
        private async Task PassAsync(Socket from, Socket to)
        {
            try
            {
                await CopyAsync(from, to);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                Dispose();
            }
        }

        private async Task CopyAsync(Socket from, Socket to)
        {
            var buffer = new byte[16 << 10];
            while (true)
            {
                var count = await from.ReceiveAsync(buffer, SocketFlags.None);
                if (delay() is var late && late > TimeSpan.Zero)
                {
                    await Task.Delay(late);
                }

                if (_isSilent)
                {
                    await _reset.Task;
                }

                if (count == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }

                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None);
                }
            }
        }
    }
}
