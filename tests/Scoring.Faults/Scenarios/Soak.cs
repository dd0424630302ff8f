using System.Diagnostics;
using Scoring.Faults.Load;
using Scoring.Faults.Servers;

namespace Scoring.Faults.Scenarios;

/// <summary>Two servers for a long time, whose heads change every second and of which one is replaced every half minute; connections end at the age of ten seconds.</summary>
internal static class Soak
{
    private static readonly TimeSpan ReplaceEvery = TimeSpan.FromSeconds(30);

    /// <summary>A client has a connection to each server, and for a moment the one that is to end beside the one that takes its place.</summary>
    private const int MovingConnections = 20;

    public static async Task<Outcome> RunAsync(int seconds)
    {
        var folder = Directory.CreateTempSubdirectory("scoring-faults-");
        try
        {
            var file = Path.Combine(folder.FullName, "heads.json");
            await WriteAsync(0);
            string[] settings = [$"--Scoring:HeadsFile={file}", "--Scoring:HeadsPollMs=500", "--Scoring:Limits:ConnectionAgeMs=10000"];
            // The first is never replaced, so that what it holds at the end can be held against what it held at the start.
            await using var lasting = await FaultyServer.StartAsync(settings);
            await using var replaced = await FaultyServer.StartAsync(settings);
            await using var clients = new TenClients([lasting.Address, replaced.Address], heads: ["softmax", "pets"]);
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(30, seconds / 4)));
            var before = lasting.Measure();
            var started = Stopwatch.GetTimestamp();
            var (faults, replacedAt) = (0, started);
            string? problem = null;
            while (Stopwatch.GetElapsedTime(started) is var elapsed && elapsed.TotalSeconds < seconds)
            {
                await WriteAsync(faults);
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
            return new Outcome(faults, await clients.EndAsync(), before, after, HandleSlack: MovingConnections, Problem: problem);

            async Task WriteAsync(int version)
            {
                await File.WriteAllTextAsync(file + ".new", $$"""{ "pets": { "activation": "softmax", "threshold": 0.{{(version % 9) + 1}} } }""");
                File.Move(file + ".new", file, overwrite: true);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
