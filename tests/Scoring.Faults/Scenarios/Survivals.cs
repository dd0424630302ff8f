using System.Diagnostics;
using Scoring.Client;
using Scoring.Faults.Load;
using Scoring.Faults.Servers;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.Faults.Scenarios;

/// <summary>Faults that a server outlives. After each it must hold no more than after a load without a fault.</summary>
internal static class Survivals
{
    private static readonly TimeSpan BetweenFaults = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>
    /// A connection that is silent from the other side is given up after 40 s, and .NET ends a thread that it has no work for after 20 s.
    /// </summary>
    private static readonly TimeSpan UntilNothingIsLeft = TimeSpan.FromSeconds(60);

    /// <summary>Connections that are slow, reset, or silent while both sides believe that they stand.</summary>
    public static async Task<Outcome> NetworkAsync(int seconds)
    {
        await using var server = await FaultyServer.StartAsync();
        await using var proxy = new CutProxy(() => server.Address);
        var random = new Random(1);
        return await RunAsync(server, new Uri(proxy.Address), 4 * seconds, (_, _) =>
        {
            proxy.Delay = TimeSpan.FromMilliseconds(random.Next(0, 20));
            switch (random.Next(8))
            {
                case 0:
                    proxy.Silence();
                    break;
                case < 4:
                    proxy.Cut();
                    break;
            }

            return Task.CompletedTask;
        });
    }

    /// <summary>The process stands still for up to three seconds.</summary>
    public static async Task<Outcome> FreezeAsync(int times)
    {
        await using var server = await FaultyServer.StartAsync();
        var random = new Random(1);
        return await RunAsync(server, server.Address, times, async (clients, _) =>
        {
            await clients.WorkAsync(500);
            server.Freeze();
            await Task.Delay(TimeSpan.FromSeconds(3 * random.NextDouble()));
            server.Thaw();
        });
    }

    /// <summary>Heads that change each 100 ms.</summary>
    public static async Task<Outcome> ReloadAsync(int seconds)
    {
        using var file = await HeadsFile.CreateAsync();
        await using var server = await FaultyServer.StartAsync([$"--Scoring:HeadsFile={file.Path}", "--Scoring:Files:PollMs=100"]);
        return await RunAsync(
            server,
            server.Address,
            10 * seconds,
            async (_, i) =>
            {
                await file.ChangeAsync(i);
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            },
            heads: ["softmax", HeadsFile.Head]);
    }

    /// <summary>More than the limits let in at a time, in a heap that has no room for it.</summary>
    public static async Task<Outcome> MemoryAsync(int seconds)
    {
        await using var server = await FaultyServer.StartAsync(
            ["--Scoring:Limits:ServerBytes=8388608", "--Scoring:Limits:IdleBufferBytes=8388608", "--Scoring:Limits:MessageBytes=4194304"],
            new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x6000000" });
        return await RunAsync(server, server.Address, seconds, (_, _) => Task.Delay(TimeSpan.FromSeconds(1)), rows: 64, classes: 8000);
    }

    /// <summary>Standard output on a disk that is full, with a line for every request.</summary>
    public static async Task<Outcome> DiskAsync(int seconds)
    {
        await using var server = await FaultyServer.StartAsync(["--Logging:LogLevel:Microsoft.AspNetCore=Information"], output: "/dev/full");
        return await RunAsync(server, server.Address, seconds, (_, _) => Task.Delay(TimeSpan.FromSeconds(1)));
    }

    /// <summary>The clock jumps by up to a day, forth and back. The monotonic clock stands for what no jump changes.</summary>
    public static async Task<Outcome> ClockAsync(int seconds)
    {
        var library = Directory.EnumerateFiles("/usr/lib", "libfaketime.so.1", SearchOption.AllDirectories).FirstOrDefault()
            ?? throw new InvalidOperationException("there is no libfaketime; Debian has it as libfaketime");
        var clock = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(clock, "+0");
            await using var server = await FaultyServer.StartAsync(environment: new Dictionary<string, string>
            {
                ["LD_PRELOAD"] = library,
                ["FAKETIME_TIMESTAMP_FILE"] = clock,
                ["FAKETIME_NO_CACHE"] = "1",
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            });
            var random = new Random(1);
            return await RunAsync(
                server, server.Address, 4 * seconds, (_, _) => File.WriteAllTextAsync(clock, $"{random.Next(-86_400, 86_400):+0;-0}"));
        }
        finally
        {
            File.Delete(clock);
        }
    }

    /// <summary>A thread pool of one worker.</summary>
    public static async Task<Outcome> StarvationAsync(int seconds)
    {
        await using var server = await FaultyServer.StartAsync(
            environment: new Dictionary<string, string>
            {
                ["DOTNET_ThreadPool_ForceMinWorkerThreads"] = "1",
                ["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = "1"
            });
        return await RunAsync(server, server.Address, seconds, (_, _) => Task.Delay(TimeSpan.FromSeconds(1)));
    }

    /// <summary>The load before faults, the faults under it, and what is left when all of it is over.</summary>
    /// <param name="server">The server.</param>
    /// <param name="address">Where clients reach it.</param>
    /// <param name="times">How many faults.</param>
    /// <param name="fault">One fault, and the wait until the next where it is longer than usual; it is told how many were before it.</param>
    /// <param name="rows">Rows in a message, at most.</param>
    /// <param name="classes">Logits in a row, at most.</param>
    /// <param name="pause">Between two messages of a client; zero for as fast as they are answered.</param>
    /// <param name="heads">The heads of the messages.</param>
    public static async Task<Outcome> RunAsync(
        FaultyServer server,
        Uri address,
        int times,
        Func<TenClients, int, Task> fault,
        int rows = 4,
        int classes = 100,
        TimeSpan pause = default,
        params string[] heads)
    {
        await using (var first = new TenClients([server.Address], rows, classes, heads: heads))
        {
            await first.WorkAsync(5000);
            await first.EndAsync();
        }

        await Task.Delay(Settling);
        var before = server.Measure();
        Tally tally;
        await using (var clients = new TenClients([address], rows, classes, pause, heads))
        {
            for (var i = 0; i < times; i++)
            {
                await clients.WorkAsync(1);
                await Task.WhenAll(fault(clients, i), Task.Delay(heads.Length > 0 ? TimeSpan.Zero : BetweenFaults));
            }

            await clients.WorkAsync(1000);
            tally = await clients.EndAsync();
        }

        var (after, rented) = await SettleAsync(server, before);
        return new Outcome(times, tally, before, after, rented);
    }

    /// <summary>What a server holds once nothing is left of a load, or when the time for that is over.</summary>
    private static async Task<(Resources After, ulong Rented)> SettleAsync(FaultyServer server, Resources before)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            await Task.Delay(Settling);
            var after = server.Measure();
            await using var client = ScoringClient.Connect(server.Address.ToString());
            var rented = (await client.ListHeadsAsync()).Usage.RentedBytes;
            if ((rented == 0 && after.LeakSince(before) is null) || Stopwatch.GetElapsedTime(started) > UntilNothingIsLeft)
            {
                return (after, rented);
            }
        }
    }
}
