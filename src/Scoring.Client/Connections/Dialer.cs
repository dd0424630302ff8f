using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;

namespace Scoring.Client.Connections;

/// <summary>
/// Connects to a host that may have several addresses, of which some may not answer: to each a moment after the one before, and whoever accepts
/// first is taken. The address that has answered last is tried first, and after it those that have waited longest for their turn.
/// </summary>
/// <param name="resolve">Tells the addresses of a name.</param>
internal sealed class Dialer(Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    private static readonly HttpRequestOptionsKey<IPAddress> Connected = new("scoring-address");

    private readonly Lock _lock = new();

    /// <summary>Of the name's addresses, those that were connected to, the last one last.</summary>
    private List<IPAddress> _used = [];

    private IPAddress? _answering;

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint;
        var addresses = await resolve(host.Host, cancellationToken).ConfigureAwait(false);
        var socket = await RaceAsync(InTurn(addresses), host.Port, cancellationToken).ConfigureAwait(false);
        var address = ((IPEndPoint)socket.RemoteEndPoint!).Address;
        context.InitialRequestMessage.Options.Set(Connected, address);
        lock (_lock)
        {
            _used = [.. _used.Where(used => !used.Equals(address) && addresses.Contains(used)), address];
        }

        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>What is to be told whether the other side of a connection that was made here has spoken.</summary>
    /// <param name="request">The one that it was made for.</param>
    public Action<bool> Heard(HttpRequestMessage request)
    {
        request.Options.TryGetValue(Connected, out var address);
        return hasSpoken =>
        {
            lock (_lock)
            {
                _answering = hasSpoken ? address : Equals(_answering, address) ? null : _answering;
            }
        };
    }

    private IPAddress[] InTurn(IPAddress[] addresses)
    {
        lock (_lock)
        {
            return [.. addresses.OrderByDescending(address => address.Equals(_answering)).ThenBy(_used.IndexOf)];
        }
    }

    private static async Task<Socket> RaceAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var left = new Queue<IPAddress>(addresses);
        var running = new List<Task<Socket>>();
        try
        {
            Exception failure = new SocketException((int)SocketError.HostNotFound);
            while (left.Count + running.Count > 0)
            {
                if (left.TryDequeue(out var address))
                {
                    running.Add(ConnectAsync(address, port, end.Token));
                }

                var wait = left.Count > 0 ? HeadStart : Timeout.InfiniteTimeSpan;
                await ((Task)Task.WhenAny(running).WaitAsync(wait, TimeProvider.System, cancellationToken)).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                if (running.Find(attempt => attempt.IsCompletedSuccessfully) is { } won)
                {
                    running.Remove(won);
                    return await won.ConfigureAwait(false);
                }

                foreach (var failed in running.FindAll(attempt => attempt.IsFaulted))
                {
                    failure = failed.Exception!.GetBaseException();
                    running.Remove(failed);
                }
            }

            ExceptionDispatchInfo.Throw(failure);
            throw new UnreachableException();
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            foreach (var late in running)
            {
                _ = CloseAsync(late);
            }
        }
    }

    private static async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Of an attempt that came too late, or to nothing.</summary>
    private static async Task CloseAsync(Task<Socket> attempt)
    {
        await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (attempt.IsCompletedSuccessfully)
        {
            (await attempt.ConfigureAwait(false)).Dispose();
        }
    }
}
