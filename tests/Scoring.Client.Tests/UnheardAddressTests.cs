using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Scoring.Client.Connections;
using Scoring.Client.Tests.Cases;

namespace Scoring.Client.Tests;

/// <summary>Addresses where connections are made and nobody speaks HTTP/2: what is in front of a service that is away.</summary>
public sealed class UnheardAddressTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_and_streams_go_on_where_connections_are_closed_before_a_word()
    {
        // Whether .NET tells why a connection came to nothing is a matter of chance.
        for (var i = 0; i < 10; i++)
        {
            await using var server = new ScriptedServer(ClientCase.Named("every message is answered"), closedConnections: 2);
            await using var client = ScoringClient.Connect(server.Address);
            await (i % 2 == 0 ? CallAsync(client) : StreamAsync(client));
        }
    }

    [Theory]
    [InlineData(Manner.Closes)]
    [InlineData(Manner.Resets)]
    [InlineData(Manner.SpeaksHttp1)]
    public async Task Of_a_name_with_two_addresses_the_one_that_speaks_is_found(Manner manner)
    {
        await using var server = new ScriptedServer(ClientCase.Named("every message is answered"));
        var port = new Uri(server.Address).Port;
        using var other = new UnheardAddress(manner, IPAddress.Parse("127.0.0.2"), port);
        await using var client = Connect(port, IPAddress.Parse("127.0.0.2"), IPAddress.Loopback);
        await CallAsync(client);
        await StreamAsync(client);
    }

    [Theory]
    [InlineData(Manner.Closes)]
    [InlineData(Manner.Resets)]
    [InlineData(Manner.SpeaksHttp1)]
    public async Task An_address_that_spoke_once_and_does_not_any_more_is_left_for_the_other(Manner manner)
    {
        var one = new ScriptedServer(ClientCase.Of("""{ "calls": [[{ "do": "answer" }, { "do": "status", "code": "OK" }]] }"""));
        var port = new Uri(one.Address).Port;
        await using var client = Connect(port, IPAddress.Loopback, IPAddress.Parse("127.0.0.2"));
        await CallAsync(client);
        await one.DisposeAsync();
        using var unheard = new UnheardAddress(manner, IPAddress.Loopback, port);
        await using var two = new ScriptedServer(ClientCase.Named("every message is answered"), address: IPAddress.Parse("127.0.0.2"), port: port);
        await CallAsync(client);
    }

    [Theory]
    [InlineData(Manner.Closes, "closed a new connection before it said anything")]
    [InlineData(Manner.IsSilent, "said nothing for 0.2 s on a new connection")]
    [InlineData(Manner.SpeaksHttp1, "speaks no HTTP/2 in clear text \\(.*\\)")]
    public async Task What_an_address_does_instead_is_told(Manner manner, string told)
    {
        using var unheard = new UnheardAddress(manner, IPAddress.Loopback, port: 0);
        var options = new ScoringClientOptions { StreamPatience = TimeSpan.Zero, ConnectTimeout = TimeSpan.FromSeconds(0.2), MaxAttempts = 1 };
        await using var client = ScoringClient.Connect(unheard.Address, options);
        var failed = await Assert.ThrowsAsync<ScoringException>(() => CallAsync(client));
        Assert.Equal(StatusCode.Unavailable, failed.Error.Code);
        // .NET may keep to itself what it has read, or not read.
        Assert.Matches($"^what answers there ({told}|did not begin to speak HTTP/2 in clear text); a service with TLS has an address with https://",
            failed.Error.Message);
    }

    [Fact]
    public async Task Connections_leave_no_failed_task_behind()
    {
        var unobserved = new List<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, args) =>
        {
            lock (unobserved)
            {
                // Of this client's making: other tests beside this one leave tasks of sockets that they close.
                unobserved.AddRange(args.Exception.InnerExceptions.Where(failure => failure.StackTrace?.Contains(typeof(Dialer).FullName!) == true));
            }
        };
        TaskScheduler.UnobservedTaskException += note;
        try
        {
            await using (var server = new ScriptedServer(ClientCase.Named("every message is answered")))
            {
                var port = new Uri(server.Address).Port;
                await using var client = Connect(port, IPAddress.Parse("127.0.0.2"), IPAddress.Loopback);
                await CallAsync(client);
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            lock (unobserved)
            {
                Assert.Empty(unobserved);
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= note;
        }
    }

    private static ScoringClient Connect(int port, params IPAddress[] addresses)
    {
        var options = new ScoringClientOptions();
        var address = ScoringAddress.Parse($"http://scoring:{port}", []);
        var handler = ScoringChannel.CreateHandler(address, options, new Dialer((_, _) => Task.FromResult(addresses)));
        return new(ScoringChannel.Create(address, handler, options, [], logs: null), options);
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

    /// <summary>What becomes of a connection.</summary>
    public enum Manner
    {
        Closes,
        Resets,
        SpeaksHttp1,
        IsSilent,
    }

    private sealed class UnheardAddress : IDisposable
    {
        private readonly TcpListener _listener;
        private readonly Manner _manner;

        public UnheardAddress(Manner manner, IPAddress address, int port)
        {
            (_manner, _listener) = (manner, new TcpListener(address, port));
            _listener.Start();
            _ = AcceptAsync();
        }

        public string Address => $"http://{_listener.LocalEndpoint}";

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    _ = AnswerAsync(await _listener.AcceptSocketAsync(TestEnd));
                }
            }
            catch (Exception exception) when (exception is SocketException or InvalidOperationException or OperationCanceledException)
            {
                // The test is over: the listener has stopped, while it accepted or before.
            }
        }

        private async Task AnswerAsync(Socket socket)
        {
            using (socket)
            {
                try
                {
                    await socket.ReceiveAsync(new byte[1024], TestEnd);
                    switch (_manner)
                    {
                        case Manner.Closes:
                            socket.Shutdown(SocketShutdown.Send);
                            break;
                        case Manner.Resets:
                            socket.Close(timeout: 0);
                            return;
                        case Manner.SpeaksHttp1:
                            await socket.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n"), TestEnd);
                            break;
                    }

                    while (await socket.ReceiveAsync(new byte[1024], TestEnd) > 0)
                    {
                        // Until the client has hung up.
                    }
                }
                catch (Exception exception) when (exception is SocketException or OperationCanceledException)
                {
                    // It has.
                }
            }
        }
    }
}
