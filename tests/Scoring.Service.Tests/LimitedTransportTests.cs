using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Scoring.Service.Connections;

namespace Scoring.Service.Tests;

/// <summary>How many connections are accepted that are not closed yet.</summary>
public sealed class LimitedTransportTests
{
    private const int Most = 2;

    private readonly LimitedTransport _transport = new(Options.Create(new SocketTransportOptions()), Most, NullLoggerFactory.Instance);
    private readonly List<TcpClient> _clients = [];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_too_many_waits_until_another_is_closed_whichever_port_it_came_to()
    {
        var one = await BindAsync();
        var other = await BindAsync();
        var first = await AcceptAsync(one);
        var second = await AcceptAsync(other);
        var third = AcceptAsync(other);
        Assert.False(third.IsCompleted);

        // Twice is once.
        await first.DisposeAsync();
        await first.DisposeAsync();
        await using var accepted = await third;
        Assert.NotEqual(second.ConnectionId, accepted.ConnectionId);
        var fourth = AcceptAsync(one);
        Assert.False(fourth.IsCompleted);
        await second.DisposeAsync();
        await (await fourth).DisposeAsync();
        await EndAsync(one);
        await EndAsync(other);
    }

    [Fact]
    public async Task A_port_that_is_closed_accepts_nothing_more_and_keeps_no_place()
    {
        var port = await BindAsync();
        var other = await BindAsync();
        var held = new[] { await AcceptAsync(port), await AcceptAsync(port) };
        var waits = port.AcceptAsync(TestEnd).AsTask();
        await port.UnbindAsync(TestEnd);
        Assert.Null(await waits);

        await held[0].DisposeAsync();
        var idle = other.AcceptAsync(TestEnd).AsTask();
        await other.UnbindAsync(TestEnd);
        Assert.Null(await idle);
        var next = await BindAsync();
        await (await AcceptAsync(next)).DisposeAsync();
        await held[1].DisposeAsync();
        await port.DisposeAsync();
        await other.DisposeAsync();
        await EndAsync(next);
    }

    private ValueTask<IConnectionListener> BindAsync() => _transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), TestEnd);

    /// <summary>Connects a client, and accepts it once there is a place.</summary>
    private async Task<ConnectionContext> AcceptAsync(IConnectionListener listener)
    {
        var client = new TcpClient();
        _clients.Add(client);
        await client.ConnectAsync((IPEndPoint)listener.EndPoint, TestEnd);
        return Assert.IsType<ConnectionContext>(await listener.AcceptAsync(TestEnd), exactMatch: false);
    }

    private async Task EndAsync(IConnectionListener listener)
    {
        await listener.UnbindAsync(TestEnd);
        await listener.DisposeAsync();
        _clients.ForEach(client => client.Dispose());
    }
}
