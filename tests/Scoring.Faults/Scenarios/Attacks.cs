using System.Diagnostics;
using Scoring.Faults.Attack;
using Scoring.Faults.Load;
using Scoring.Faults.Servers;

namespace Scoring.Faults.Scenarios;

/// <summary>Clients that mean no good, at the limits of the production pod, while ten others work.</summary>
internal static class Attacks
{
    private const int StreamsPerConnection = 15;

    /// <summary>What the container of the production overlay may have.</summary>
    private const double ContainerMiB = 2048;

    /// <summary>What each part of the attack sends at least, however short of processors it is.</summary>
    private const long LeastBytes = 100_000_000;

    private static readonly TimeSpan MemoryIsBackWithin = TimeSpan.FromSeconds(10);

    /// <summary>The longest that one message in a hundred of the others may take.</summary>
    private static readonly TimeSpan LongestP99 = TimeSpan.FromSeconds(1);

    /// <summary>The others have something to send now and then, and leave the processors to the attack.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// 360 streams of messages of 16 MB and 200 of 4 MB, as fast as they go. Some turn to not reading their answers, some stop in the middle of a
    /// message, some reset it there. The messages of the others are of up to 1 MB.
    /// </summary>
    public static async Task<Outcome> RunAsync(int seconds)
    {
        // As deploy/kubernetes's production overlay has it: .NET's heap is three quarters of the container.
        await using var server = await FaultyServer.StartAsync(
            ["--Scoring:Limits:ServerBytes=402653184", "--Scoring:Limits:ConnectionBytes=134217728", "--Scoring:Limits:ConnectionAgeMs=300000"],
            new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x60000000" });
        var streams = 0L;
        string? problem = null;
        var outcome = await Survivals.RunAsync(server, server.Address, times: 1, AttackAsync, rows: 64, classes: 4000, Pause);
        var p99 = TimeSpan.FromMicroseconds(outcome.Tally.Latency.P99);
        problem ??= p99 > LongestP99 ? $"p99 of the others is {p99.TotalMilliseconds:0} ms" : null;
        return outcome with { Faults = (int)streams, Problem = problem };

        async Task AttackAsync(TenClients clients, int time)
        {
            await clients.WorkAsync(1000);
            var before = server.Measure();
            using (var large = Begin(streams: 360, megabytes: 16))
            using (var small = Begin(streams: 200, megabytes: 4))
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds));
                problem ??= large.HasEnded || small.HasEnded ? "the attack ended by itself" : null;
                await Task.WhenAll(large.EndAsync(), small.EndAsync());
                streams = large.Streams + small.Streams;
                problem ??= Math.Min(large.Bytes, small.Bytes) < LeastBytes ? "there was next to no attack" : null;
                Console.Error.WriteLine($"  the attack sent {large} and {small}");
            }

            var took = await BackAsync(server, before);
            var after = server.Measure();
            Console.Error.WriteLine(
                $"  {before.ResidentMiB:0} MiB were held before it, {after.MostResidentMiB:0} at most, "
                + $"and {after.ResidentMiB:0} when {took.TotalSeconds:0.0} s had passed since its end");
            problem ??= after.MostResidentMiB > ContainerMiB
                ? $"{after.MostResidentMiB:0} MiB were held, and the container has {ContainerMiB:0}"
                : null;
            problem ??= took > MemoryIsBackWithin ? $"memory was not back {MemoryIsBackWithin.TotalSeconds:0} s after the attack" : null;
        }

        Attacker Begin(int streams, int megabytes) => new(server.Address, streams, streams / StreamsPerConnection, megabytes);
    }

    /// <summary>How long it takes until the server, which still has the others' load, holds no more than before.</summary>
    private static async Task<TimeSpan> BackAsync(FaultyServer server, Resources before)
    {
        var started = Stopwatch.GetTimestamp();
        while (!server.Measure().HoldsNoMoreThan(before) && Stopwatch.GetElapsedTime(started) <= MemoryIsBackWithin)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        return Stopwatch.GetElapsedTime(started);
    }
}
