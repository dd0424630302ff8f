using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.DependencyInjection;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Client;

public sealed class BalancingTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_are_spread_over_all_addresses_in_turn()
    {
        await using var one = await StartAsync(temperature: 1);
        await using var two = await StartAsync(temperature: 2);
        await using var injected = Connect(one, two);
        await UntilBothAnswerAsync(injected.Client);

        // Both are connected now, so each has every other stream.
        var servers = new List<float>();
        for (var i = 0; i < 10; i++)
        {
            servers.Add(await WhoAnswersAsync(injected.Client));
        }

        Assert.Equal(5, servers.Count(server => server == 1));
        Assert.All(servers.Zip(servers.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public async Task What_one_server_no_longer_takes_the_other_does()
    {
        await using var one = await StartAsync(temperature: 1);
        await using var two = await StartAsync(temperature: 2);
        await using var injected = Connect(one, two);
        await UntilBothAnswerAsync(injected.Client);
        await one.StopAsync();
        for (var i = 0; i < 10; i++)
        {
            using var result = await injected.Client.ScoreAsync(new float[] { 4 }, 1, 1, "who", TestEnd);
            Assert.Equal(2, result.Scores[0]);
        }
    }

    [Fact]
    public async Task A_name_is_resolved_by_dns()
    {
        await using var server = await ScoringServer.StartAsync();
        await using var client = ScoringClient.Connect($"dns:///localhost:{new Uri(server.Address).Port}");
        using var result = await client.ScoreAsync(new float[2], 1, 2, cancellationToken: TestEnd);
        Assert.Equal([0.5f, 0.5f], result.Scores.ToArray());
    }

    /// <summary>A server whose head tells it from another: it divides by a temperature of its own.</summary>
    private static Task<ScoringServer> StartAsync(int temperature) => ScoringServer.StartAsync(
        "--Scoring:Heads:who:activation=linear", $"--Scoring:Heads:who:temperature={temperature}");

    private static InjectedClient Connect(params ScoringServer[] servers)
    {
        BalancerAddress[] addresses = [.. servers.Select(server => new Uri(server.Address)).Select(uri => new BalancerAddress(uri.Host, uri.Port))];
        return new InjectedClient(
            options => options.Address = "static:///scoring",
            add: services => services.AddSingleton<ResolverFactory>(new StaticResolverFactory(_ => addresses)));
    }

    private static async Task<float> WhoAnswersAsync(ScoringClient client)
    {
        var request = new ScoreRequest { Head = "who", Classes = 1, Logits = new float[] { 4 } };
        var results = new List<float>();
        await foreach (var result in client.ScoreStreamAsync(Source.Of(request), TestEnd))
        {
            using (result)
            {
                results.Add(4 / result.Scores[0]);
            }
        }

        return Assert.Single(results);
    }

    private static async Task UntilBothAnswerAsync(ScoringClient client)
    {
        // The second connection takes a while longer than the first, in which calls go to that one.
        var seen = new HashSet<float>();
        for (var i = 0; i < 1000 && seen.Count < 2; i++)
        {
            seen.Add(await WhoAnswersAsync(client));
        }

        Assert.Equal(2, seen.Count);
    }
}
