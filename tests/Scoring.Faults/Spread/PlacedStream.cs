using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Scoring.Client;

namespace Scoring.Faults.Spread;

/// <summary>
/// A stream of one message each so often that knows which server it is on: the servers' heads differ in temperature, by which they divide.
/// </summary>
internal sealed class PlacedStream(ScoringClient client, TimeSpan every)
{
    public const string Head = "place";

    /// <summary>Divided by any number of a server without a remainder.</summary>
    private const float Logit = 5040;

    private static readonly ScoreRequest Request = new() { Head = Head, Classes = 1, Logits = new[] { Logit } };

    private readonly ConcurrentQueue<long> _drawnAt = new();

    /// <summary>The number of the server that answered last; 0 before the first answer.</summary>
    public int Server { get; private set; }

    /// <summary>Times that it was on another server than before.</summary>
    public int Moves { get; private set; }

    public long Sent { get; private set; }

    public long Answered { get; private set; }

    public TimeSpan Longest { get; private set; }

    /// <summary>The settings of a server that has this number, from 1 to 7.</summary>
    public static IReadOnlyList<string> SettingsOf(int server) =>
        [$"--Scoring:Heads:{Head}:activation=linear", $"--Scoring:Heads:{Head}:temperature={server}"];

    /// <param name="stop">Ends the source. What is in flight is answered all the same.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        await foreach (var result in client.ScoreStreamAsync(DrawAsync(stop), CancellationToken.None))
        {
            using (result)
            {
                Take((int)(Logit / result.Scores[0]));
            }
        }
    }

    private void Take(int server)
    {
        if (_drawnAt.TryDequeue(out var drawnAt) && Stopwatch.GetElapsedTime(drawnAt) is var time && time > Longest)
        {
            Longest = time;
        }

        Answered++;
        Moves += Server != 0 && Server != server ? 1 : 0;
        Server = server;
    }

    private async IAsyncEnumerable<ScoreRequest> DrawAsync(CancellationToken stop, [EnumeratorCancellation] CancellationToken cancelled = default)
    {
        using var timer = new PeriodicTimer(every);
        while (!stop.IsCancellationRequested && !cancelled.IsCancellationRequested)
        {
            Sent++;
            _drawnAt.Enqueue(Stopwatch.GetTimestamp());
            yield return Request;
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
