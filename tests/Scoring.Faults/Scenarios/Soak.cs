using System.Diagnostics;
using Scoring.Faults.Load;
using Scoring.Faults.Servers;

namespace Scoring.Faults.Scenarios;

/// <summary>
/// Two servers for a long time, whose heads change every second and of which one is replaced every half minute; connections end at the age of ten
/// seconds.
/// </summary>
internal static class Soak
{
    private static readonly TimeSpan ReplaceEvery = TimeSpan.FromSeconds(30);

    /// <summary>A client has a connection to each server, and for a moment the one that is to end beside the one that takes its place.</summary>
    private const int MovingConnections = 20;

    public static async Task<Outcome> RunAsync(int seconds)
    {
        using var file = await HeadsFile.CreateAsync();
        string[] settings = [$"--Scoring:HeadsFile={file.Path}", "--Scoring:Files:PollMs=500", "--Scoring:Limits:ConnectionAgeMs=10000"];
        // The first is never replaced, so that what it holds at the end can be held against what it held at the start.
        await using var lasting = await FaultyServer.StartAsync(settings);
        await using var replaced = await FaultyServer.StartAsync(settings);
        await using var clients = new TenClients([lasting.Address, replaced.Address], heads: ["softmax", HeadsFile.Head]);
        await Task.Delay(TimeSpan.FromSeconds(Math.Min(30, seconds / 4)));
        var before = lasting.Measure();
        var started = Stopwatch.GetTimestamp();
        var (faults, replacedAt) = (0, started);
        string? problem = null;
        while (Stopwatch.GetElapsedTime(started) is var elapsed && elapsed.TotalSeconds < seconds)
        {
            await file.ChangeAsync(faults);
            faults++;
            await Task.Delay(TimeSpan.FromSeconds(1));
            if (Stopwatch.GetElapsedTime(replacedAt) > ReplaceEvery)
            {
                problem ??= await replaced.TerminateAsync() is not 0 and var code ? $"a server that was told to end exited with {code}" : null;
                await replaced.StartAsync();
                (replacedAt, faults) = (Stopwatch.GetTimestamp(), faults + 1);
                Console.Error.WriteLine($"  {elapsed.TotalSeconds:0} s: {clients.Answered:N0} messages, {lasting.Measure()}");
            }
        }

        var after = lasting.Measure();
        return new Outcome(faults, await clients.EndAsync(), before, after, MovingHandles: MovingConnections, Problem: problem);
    }
}
