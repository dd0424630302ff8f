using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Scoring.Client.Tests.Cases;

/// <summary>Plays the service of one case, frame by frame, so that it can also end calls as only networks and proxies do.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly IReadOnlyList<JsonElement[]> _calls;
    private readonly Task _accepting;
    private int _silentConnections;
    private int _closedConnections;
    private int _begun;

    /// <param name="play">Which case.</param>
    /// <param name="closedConnections">So many connections are closed at first, once the client has spoken.</param>
    /// <param name="address">Loopback without one.</param>
    /// <param name="port">0 for one that is free.</param>
    public ScriptedServer(ClientCase play, int closedConnections = 0, IPAddress? address = null, int port = 0)
    {
        _listener = new(address ?? IPAddress.Loopback, port);
        (_calls, _silentConnections, _closedConnections) = (play.Calls, play.SilentConnections, closedConnections);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    /// <summary>Calls that have reached it.</summary>
    public int Begun => Volatile.Read(ref _begun);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        // Before the listener stops: one that has may not be asked to accept.
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_connections);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var silent = new List<Socket>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_end.Token);
                if (_silentConnections-- > 0)
                {
                    silent.Add(socket);
                    continue;
                }

                if (_closedConnections-- > 0)
                {
                    await socket.ReceiveAsync(new byte[1024], _end.Token);
                    socket.Shutdown(SocketShutdown.Send);
                    silent.Add(socket);
                    continue;
                }

                _connections.Add(new ScriptedConnection(new NetworkStream(socket, ownsSocket: true), NextSteps).RunAsync(_end.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // Which of them it is that tells of the end is a matter of chance.
            silent.ForEach(socket => socket.Dispose());
        }
    }

    /// <summary>Of the call that begins. The last ones are played for all further calls.</summary>
    private JsonElement[] NextSteps() => _calls[Math.Min(Interlocked.Increment(ref _begun), _calls.Count) - 1];
}
