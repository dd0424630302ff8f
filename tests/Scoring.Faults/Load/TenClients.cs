using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.DependencyInjection;
using Scoring.Cli.Bench;
using Scoring.Client;

namespace Scoring.Faults.Load;

/// <summary>Ten clients, each with connections and a stream of its own, over any number of servers in turn.</summary>
internal sealed class TenClients : IAsyncDisposable
{
    private const int Clients = 10;
    private const int Messages = 64;

    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceProvider _services;
    private readonly CheckedStream[] _streams;
    private readonly Task _running;

    /// <param name="servers">Where to connect to.</param>
    /// <param name="rows">Rows in a message, at most.</param>
    /// <param name="classes">Logits in a row, at most.</param>
    /// <param name="pause">Between two messages of a client; zero for as fast as they are answered.</param>
    /// <param name="heads">Softmax heads without a temperature; messages go to each in turn.</param>
    public TenClients(IEnumerable<Uri> servers, int rows = 4, int classes = 100, TimeSpan pause = default, params string[] heads)
    {
        BalancerAddress[] addresses = [.. servers.Select(server => new BalancerAddress(server.Host, server.Port))];
        var services = new ServiceCollection();
        services.AddSingleton<ResolverFactory>(new StaticResolverFactory(_ => addresses));
        for (var i = 0; i < Clients; i++)
        {
            services.AddScoringClient($"{i}", options =>
            {
                options.Address = "static:///scoring";
                options.MaxInFlightMessages = 16;
                options.StreamPatience = TimeSpan.FromMinutes(2);
                (options.KeepAliveDelay, options.KeepAliveTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
            });
        }

        _services = services.BuildServiceProvider();
        var random = new Random(1);
        _streams = [.. Enumerable.Range(0, Clients).Select(i => new CheckedStream(
            _services.GetRequiredKeyedService<ScoringClient>($"{i}"),
            [.. Enumerable.Range(0, Messages).Select(n => new CheckedMessage(
                heads.Length > 0 ? heads[n % heads.Length] : string.Empty, random.Next(1, rows + 1), random.Next(1, classes + 1), random))],
            pause))];
        _running = Task.WhenAll(_streams.Select(stream => Task.Run(() => stream.RunAsync(_stop.Token))));
    }

    public long Answered => _streams.Sum(stream => stream.Answered);

    /// <summary>Waits until so many more messages are answered, so that a fault comes amid work.</summary>
    public async Task WorkAsync(long messages)
    {
        for (var goal = Answered + messages; Answered < goal && !_running.IsCompleted;)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }

    /// <summary>Sends nothing more, waits for the last answer, and counts.</summary>
    public async Task<Tally> EndAsync()
    {
        await _stop.CancelAsync();
        await _running;
        return new Tally(
            _streams.Sum(stream => stream.Sent),
            _streams.Sum(stream => stream.Sent - stream.Answered),
            _streams.Sum(stream => stream.OutOfOrder),
            _streams.Sum(stream => stream.Wrong),
            Latency.Of(_streams.Select(stream => stream.Latencies)),
            _streams.Select(stream => stream.FirstFault).FirstOrDefault(fault => fault is not null));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _services.DisposeAsync();
        _stop.Dispose();
    }
}
