using System.Diagnostics;
using System.Runtime.CompilerServices;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.DependencyInjection;
using Scoring.Cli.Bench;
using Scoring.Client;

namespace Scoring.Benchmarks.Scaling;

/// <summary>Streams that never end, and how long it takes until a server that came later has its share of them.</summary>
internal static class Spreading
{
    private const int Clients = 16;
    private const int AgeMs = 10_000;

    /// <summary>Of the work, where half would be even.</summary>
    private const double Share = 0.4;

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public static async Task PrintAsync()
    {
        await using var first = await StartAsync();
        var addresses = new ServerAddresses();
        addresses.Add(new Uri(first.Address));
        var services = new ServiceCollection().AddSingleton<ResolverFactory>(addresses);
        for (var i = 0; i < Clients; i++)
        {
            services.AddScoringClient($"{i}", options => (options.Address, options.MaxInFlightMessages) = ($"{ServerAddresses.Scheme}:///scoring", 16));
        }

        await using var provider = services.BuildServiceProvider();
        using var stop = new CancellationTokenSource();
        var running = Task.WhenAll(Enumerable.Range(0, Clients).Select(i => StreamAsync(provider.GetRequiredKeyedService<ScoringClient>($"{i}"), stop.Token)));
        await Task.Delay(Before);

        await using var second = await StartAsync();
        await using var one = ScoringClient.Connect(first.Address);
        await using var other = ScoringClient.Connect(second.Address);
        addresses.Add(new Uri(second.Address));
        var started = Stopwatch.GetTimestamp();
        var share = 0.0;
        while (share < Share && Stopwatch.GetElapsedTime(started) < Longest)
        {
            var (firstBefore, secondBefore) = (await CpuAsync(one), await CpuAsync(other));
            await Task.Delay(LookEvery);
            var (ofFirst, ofSecond) = (await CpuAsync(one) - firstBefore, await CpuAsync(other) - secondBefore);
            share = (double)ofSecond / Math.Max(ofFirst + ofSecond, 1);
        }

        Console.WriteLine(
            $"{Clients} streams without an end, connections that end at {AgeMs / 1000} s: a server that came later had {share:P0} of the work after {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s.");
        await stop.CancelAsync();
        await running;
    }

    private static Task<ServerProcess> StartAsync() =>
        ServerProcess.StartAsync(port => [.. ServerProcess.ServeOnPort(port), $"--Scoring:Limits:ConnectionAgeMs={AgeMs}"], CancellationToken.None);

    private static async Task StreamAsync(ScoringClient client, CancellationToken stop)
    {
        await foreach (var result in client.ScoreStreamAsync(RequestsAsync(stop), CancellationToken.None))
        {
            result.EnsureScored();
            result.Dispose();
        }
    }

    private static async IAsyncEnumerable<ScoreRequest> RequestsAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var request = new ScoreRequest { Classes = 100, Logits = new float[100] };
        while (!stop.IsCancellationRequested)
        {
            yield return request;
            await Task.Yield();
        }
    }

    private static async Task<ulong> CpuAsync(ScoringClient server) => (await server.ListHeadsAsync()).Usage.CpuNs;
}
