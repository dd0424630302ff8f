using Scoring.Faults.Load;
using Scoring.Faults.Servers;

namespace Scoring.Faults.Scenarios;

/// <summary>Servers that end.</summary>
internal static class Endings
{
    /// <summary>kill -9 amid work.</summary>
    public static async Task<Outcome> KillAsync(int times)
    {
        var random = new Random(1);
        await using var server = await FaultyServer.StartAsync();
        await using var clients = new TenClients([server.Address]);
        for (var i = 0; i < times; i++)
        {
            await clients.WorkAsync(random.Next(1, 5000));
            await server.KillAsync();
            await server.StartAsync();
        }

        await clients.WorkAsync(1000);
        return new Outcome(times, await clients.EndAsync());
    }

    /// <summary>Two servers, of which one after the other is ended by SIGTERM and started again.</summary>
    public static async Task<Outcome> RollOutAsync(int times)
    {
        string[] settings = ["--Scoring:Drain:DelayMs=200"];
        await using var one = await FaultyServer.StartAsync(settings);
        await using var two = await FaultyServer.StartAsync(settings);
        await using var clients = new TenClients([one.Address, two.Address]);
        string? problem = null;
        for (var i = 0; i < times; i++)
        {
            await clients.WorkAsync(2000);
            var server = i % 2 == 0 ? one : two;
            if (await server.TerminateAsync() is not 0 and var code)
            {
                problem ??= $"a server that was told to end exited with {code}";
            }

            await server.StartAsync();
        }

        await clients.WorkAsync(1000);
        return new Outcome(times, await clients.EndAsync(), Problem: problem);
    }
}
