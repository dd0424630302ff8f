using System.Diagnostics;
using System.Runtime.CompilerServices;
using Scoring.Client;

namespace Scoring.Cli.Demo;

/// <summary>How fast the service answers iris, all of it in one message, over and over.</summary>
/// <param name="Messages">Messages in the measure of the rate.</param>
/// <param name="RowsPerSecond">With as many messages in flight as the client allows.</param>
/// <param name="RoundTrips">Messages in the measure of the latency.</param>
/// <param name="Median">From sending a message to having its answer, with no other in flight.</param>
/// <param name="P99">The time that 99 of 100 messages stay within.</param>
internal sealed record Speed(int Messages, double RowsPerSecond, int RoundTrips, TimeSpan Median, TimeSpan P99)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.75);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(1);

    public static async Task<Speed> MeasureAsync(ScoringClient client, IrisData data, CancellationToken cancellationToken)
    {
        var request = new ScoreRequest { Classes = data.Classes, Logits = data.Logits };
        await StreamAsync(client, request, WarmUp, cancellationToken).ConfigureAwait(false);

        var started = Stopwatch.GetTimestamp();
        var messages = await StreamAsync(client, request, Measured, cancellationToken).ConfigureAwait(false);
        var elapsed = Stopwatch.GetElapsedTime(started);

        var latencies = await PingAsync(client, request, cancellationToken).ConfigureAwait(false);
        latencies.Sort();
        return new Speed(
            messages, messages * data.Rows / elapsed.TotalSeconds, latencies.Count, Quantile(latencies, 0.50), Quantile(latencies, 0.99));
    }

    /// <summary>Sends without waiting for answers, as far as the client's window lets it. Tells how many answers came.</summary>
    private static async Task<int> StreamAsync(ScoringClient client, ScoreRequest request, TimeSpan duration, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var requests = Enumerable.Repeat(request, int.MaxValue).TakeWhile(_ => Stopwatch.GetElapsedTime(started) < duration);
        var answers = 0;
        await foreach (var result in client.ScoreStreamAsync(requests.ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false))
        {
            result.EnsureScored();
            result.Dispose();
            answers++;
        }

        return answers;
    }

    /// <summary>Sends a message when the one before is answered.</summary>
    private static async Task<List<TimeSpan>> PingAsync(ScoringClient client, ScoreRequest request, CancellationToken cancellationToken)
    {
        using var answered = new SemaphoreSlim(1);
        var latencies = new List<TimeSpan>();
        var started = Stopwatch.GetTimestamp();
        var sent = 0L;
        await foreach (var result in client.ScoreStreamAsync(RequestsAsync(cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            latencies.Add(Stopwatch.GetElapsedTime(sent));
            result.EnsureScored();
            result.Dispose();
            answered.Release();
        }

        return latencies;

        async IAsyncEnumerable<ScoreRequest> RequestsAsync([EnumeratorCancellation] CancellationToken stop)
        {
            while (Stopwatch.GetElapsedTime(started) < Measured)
            {
                await answered.WaitAsync(stop).ConfigureAwait(false);
                sent = Stopwatch.GetTimestamp();
                yield return request;
            }
        }
    }

    /// <summary>The smallest value that at least <paramref name="share"/> of them stay within.</summary>
    private static TimeSpan Quantile(List<TimeSpan> ascending, double share) => ascending[(int)Math.Ceiling(share * ascending.Count) - 1];
}
