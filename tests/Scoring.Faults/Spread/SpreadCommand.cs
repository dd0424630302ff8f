using System.Diagnostics;
using System.Security.Cryptography;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.DependencyInjection;
using Scoring.Client;
using Scoring.Faults.Servers;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.Faults.Spread;

/// <summary>How long streams that never end take to spread over a server that comes later, by nothing but the age of connections.</summary>
internal static class SpreadCommand
{
    private const int Clients = 120;
    private const int AgesBefore = 2;
    private const int AgesAfter = 4;

    /// <summary>Rows of the table for each age.</summary>
    private const int RowsPerAge = 4;

    private static readonly TimeSpan Age = TimeSpan.FromSeconds(20);

    /// <summary>As 30 s to the manifests' age of five minutes.</summary>
    private static readonly TimeSpan DnsRefresh = Age / 10;
    private static readonly TimeSpan MessageEvery = TimeSpan.FromMilliseconds(250);

    public static async Task<int> RunAsync()
    {
        Console.WriteLine($"{Clients} clients of one stream each on two servers; a third comes at 0. Connections end at {Age.TotalSeconds:0} s, a "
            + "tenth more or less.");
        Console.WriteLine();
        var isWhole = await RunAsync("Clients that balance over the addresses of a name, asked again each tenth of an age", isBalanced: true);
        return await RunAsync("Clients of one address, each connection of which is led to any server", isBalanced: false) && isWhole ? 0 : 1;
    }

    private static async Task<bool> RunAsync(string title, bool isBalanced)
    {
        await using var first = await StartAsync(1);
        await using var second = await StartAsync(2);
        FaultyServer[] servers = [first, second];
        var name = new NamedAddresses(DnsRefresh) { Current = AddressesOf(servers) };
        await using var proxy = new CutProxy(() => RandomNumberGenerator.GetItems<FaultyServer>(servers, 1)[0].Address);
        await using var services = CreateClients(name, isBalanced ? NamedAddresses.Address : proxy.Address);
        PlacedStream[] streams = [.. Enumerable.Range(0, Clients).Select(
            i => new PlacedStream(services.GetRequiredKeyedService<ScoringClient>($"{i}"), MessageEvery))];
        using var stop = new CancellationTokenSource();
        var running = Task.WhenAll(streams.Select(stream => Task.Run(() => stream.RunAsync(stop.Token))));
        await Task.WhenAny(running, Task.Delay(AgesBefore * Age));

        await using var third = await StartAsync(3);
        servers = [.. servers, third];
        name.Current = AddressesOf(servers);
        Console.WriteLine($"| {title}: ages | streams on the servers | the third's, of its share |");
        Console.WriteLine("|---|---|---|");
        var moves = streams.Sum(stream => stream.Moves);
        var start = Stopwatch.GetTimestamp();
        for (var row = 0; row <= AgesAfter * RowsPerAge && !running.IsCompleted; row++)
        {
            var rest = (row * Age / RowsPerAge) - Stopwatch.GetElapsedTime(start);
            await Task.WhenAny(running, Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero));
            int[] counts = [.. Enumerable.Range(1, servers.Length).Select(server => streams.Count(stream => stream.Server == server))];
            Console.WriteLine(
                $"| {(double)row / RowsPerAge:0.00} | {string.Join(", ", counts)} | {100.0 * counts[^1] * servers.Length / Clients:0} % |");
        }

        moves = streams.Sum(stream => stream.Moves) - moves;
        await stop.CancelAsync();
        await running;
        var lost = streams.Sum(stream => stream.Sent - stream.Answered);
        Console.WriteLine();
        Console.WriteLine(
            $"{streams.Sum(stream => stream.Sent):N0} messages, {lost} lost; the longest was answered after "
            + $"{streams.Max(stream => stream.Longest).TotalMilliseconds:0} ms; "
            + $"a stream changed its server {(double)moves / Clients / AgesAfter:0.00} times an age.");
        Console.WriteLine();
        return lost == 0;
    }

    private static Task<FaultyServer> StartAsync(int number) =>
        FaultyServer.StartAsync(["--Logging:LogLevel:Default=Warning", $"--Scoring:Limits:ConnectionAgeMs={Age.TotalMilliseconds:0}",
            .. PlacedStream.SettingsOf(number)]);

    private static BalancerAddress[] AddressesOf(IEnumerable<FaultyServer> servers) =>
        [.. servers.Select(server => new BalancerAddress(server.Address.Host, server.Address.Port))];

    private static ServiceProvider CreateClients(NamedAddresses name, string address)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ResolverFactory>(name);
        for (var i = 0; i < Clients; i++)
        {
            services.AddScoringClient($"{i}", options => options.Address = address);
        }

        return services.BuildServiceProvider();
    }
}
