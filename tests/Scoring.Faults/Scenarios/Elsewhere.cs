using System.Diagnostics;
using System.Runtime.InteropServices;
using Scoring.Faults.Load;

namespace Scoring.Faults.Scenarios;

/// <summary>The load alone, on servers that somebody else runs and breaks.</summary>
internal static class Elsewhere
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(1);

    /// <summary>Runs until SIGINT or SIGTERM, and tells each second how many messages are answered.</summary>
    public static async Task<Outcome> RunAsync(IEnumerable<Uri> servers)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await using var clients = new TenClients(servers);
        var started = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(TellEvery, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Console.Error.WriteLine($"  {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s: {clients.Answered:N0} messages");
        }

        return new Outcome(0, await clients.EndAsync());

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }
}
