using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Scoring.Client.Tests.Cases;

/// <summary>Plays the service of one case, frame by frame, so that it can also end calls as only networks and proxies do.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly IReadOnlyList<JsonElement[]> _calls;
    private readonly Task _accepting;
    private int _silentConnections;
    private int _begun;

    public ScriptedServer(ClientCase play)
    {
        (_calls, _silentConnections) = (play.Calls, play.SilentConnections);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
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

                _connections.Add(new ScriptedConnection(new NetworkStream(socket, ownsSocket: true), NextSteps).RunAsync(_end.Token));
            }
        }
        catch (OperationCanceledException)
        {
            silent.ForEach(socket => socket.Dispose());
        }
    }

    /// <summary>Of the call that begins. The last ones are played for all further calls.</summary>
    private JsonElement[] NextSteps() => _calls[Math.Min(Interlocked.Increment(ref _begun), _calls.Count) - 1];
}
