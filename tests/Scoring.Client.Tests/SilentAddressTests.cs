using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.DependencyInjection;
using Scoring.Client.Connections;
using Scoring.Client.Tests.Cases;

namespace Scoring.Client.Tests;

/// <summary>A service with three addresses, of which two are silent.</summary>
public sealed class SilentAddressTests(ITestOutputHelper output)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Calls_and_streams_wait_no_longer_than_it_takes_to_find_two_addresses_silent(bool accepts)
    {
        await using var server = new ScriptedServer(ClientCase.Named("every message is answered"));
        using var one = new SilentAddress(accepts);
        using var two = new SilentAddress(accepts);
        BalancerAddress[] addresses = [.. new[] { one.Address, two.Address, new Uri(server.Address) }.Select(
            uri => new BalancerAddress(uri.Host, uri.Port))];
        await using var services = new ServiceCollection()
            .AddSingleton<ResolverFactory>(new StaticResolverFactory(_ => addresses))
            .AddScoringClient(options => (options.Address, options.ConnectTimeout) = ("static:///scoring", ConnectTimeout)).Services
            .BuildServiceProvider();
        var client = services.GetRequiredService<ScoringClient>();
        var waits = new ConcurrentBag<TimeSpan>();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async caller =>
        {
            // Until all three addresses have had their turn several times.
            for (var i = 0; i < 20; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await (caller % 2 == 0 ? CallAsync(client) : StreamAsync(client));
                waits.Add(Stopwatch.GetElapsedTime(began));
            }
        }));
        output.WriteLine(
            $"the longest wait was {waits.Max()}, and {waits.Count(wait => wait > ConnectTimeout)} of {waits.Count} met a silent address");
        Assert.Equal(accepts, waits.Any(wait => wait > ConnectTimeout));
        // Twice the time, and what a busy machine takes.
        Assert.InRange(waits.Max(), TimeSpan.Zero, 4 * ConnectTimeout);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_name_with_several_addresses_the_one_that_answers_is_found(bool accepts)
    {
        await using var server = new ScriptedServer(ClientCase.Named("every message is answered"));
        var port = new Uri(server.Address).Port;
        using var one = new SilentAddress(accepts, IPAddress.Parse("127.0.0.2"), port);
        using var two = new SilentAddress(accepts, IPAddress.Parse("127.0.0.3"), port);
        var began = Stopwatch.GetTimestamp();
        var dialer = new Dialer((_, _) =>
        {
            output.WriteLine($"a connection is made after {Stopwatch.GetElapsedTime(began)}");
            return Task.FromResult(new[] { IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3"), IPAddress.Loopback });
        });
        var options = new ScoringClientOptions { ConnectTimeout = ConnectTimeout };
        var address = ScoringAddress.Parse($"http://scoring:{port}", []);
        var handler = ScoringChannel.CreateHandler(address, options, dialer);
        await using var client = new ScoringClient(ScoringChannel.Create(address, handler, options, [], logs: null), options);
        await Task.WhenAll(CallAsync(client), StreamAsync(client), CallAsync(client));
        output.WriteLine($"it took {Stopwatch.GetElapsedTime(began)}");
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, 4 * ConnectTimeout);
    }

    private static async Task CallAsync(ScoringClient client) => (await client.ScoreAsync(new float[3], 1, 3, cancellationToken: TestEnd)).Dispose();

    private static async Task StreamAsync(ScoringClient client)
    {
        var request = new ScoreRequest { Classes = 3, Logits = new float[3] };
        await foreach (var result in client.ScoreStreamAsync(new[] { request, request }.ToAsyncEnumerable(), TestEnd))
        {
            result.EnsureScored();
            result.Dispose();
        }
    }

    /// <summary>Somebody who accepts connections and says nothing, or who does not even accept any.</summary>
    private sealed class SilentAddress : IDisposable
    {
        private readonly TcpListener _listener;
        private readonly List<Socket> _queued = [];

        public SilentAddress(bool accepts, IPAddress? address = null, int port = 0)
        {
            _listener = new TcpListener(address ?? IPAddress.Loopback, port);
            if (accepts)
            {
                // The system accepts as many as the queue has room for.
                _listener.Start();
                return;
            }

            _listener.Start(backlog: 0);
            for (var isFull = false; !isFull;)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                _queued.Add(socket);
                isFull = !socket.ConnectAsync(_listener.LocalEndpoint).Wait(TimeSpan.FromMilliseconds(200), TestEnd);
            }
        }

        public Uri Address => new($"http://{_listener.LocalEndpoint}");

        public void Dispose()
        {
            _listener.Stop();
            _queued.ForEach(socket => socket.Dispose());
        }
    }
}
