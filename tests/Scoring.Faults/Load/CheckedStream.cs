using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using HdrHistogram;
using Scoring.Cli.Bench;
using Scoring.Client;

namespace Scoring.Faults.Load;

/// <summary>One client's stream: messages without end, each answer held against float64 and its place in the order.</summary>
/// <param name="client">The client.</param>
/// <param name="messages">The messages, in turn.</param>
/// <param name="pause">Between two messages; zero for as fast as they are answered.</param>
internal sealed class CheckedStream(ScoringClient client, IReadOnlyList<CheckedMessage> messages, TimeSpan pause = default)
{
    private readonly ConcurrentQueue<long> _sentAt = new();
    private long _answered;

    public long Sent { get; private set; }

    public long Answered => Volatile.Read(ref _answered);

    /// <summary>Answers that were not the next message's: it was lost, or one before it was doubled.</summary>
    public long OutOfOrder { get; private set; }

    public long Wrong { get; private set; }

    public string? FirstFault { get; private set; }

    public LongHistogram Latencies { get; } = Latency.CreateHistogram();

    /// <param name="stop">Ends the source. What is in flight is answered all the same.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var result in client.ScoreStreamAsync(DrawAsync(stop), CancellationToken.None))
            {
                using (result)
                {
                    Take(result);
                }
            }
        }
        catch (ScoringException exception)
        {
            FirstFault ??= exception.Message;
        }
    }

    private void Take(ScoreResult result)
    {
        var message = messages[(int)(_answered % messages.Count)];
        Volatile.Write(ref _answered, _answered + 1);
        if (_sentAt.TryDequeue(out var sentAt))
        {
            Latency.Record(Latencies, Stopwatch.GetTimestamp() - sentAt);
        }

        if (result.Id != (ulong)_answered)
        {
            OutOfOrder++;
            FirstFault ??= $"answer {_answered} is of message {result.Id}";
        }

        if (!message.IsAnsweredBy(result))
        {
            Wrong++;
            FirstFault ??= $"message {result.Id}: {result.Error?.Message ?? "the probabilities are others"}";
        }
    }

    private async IAsyncEnumerable<ScoreRequest> DrawAsync(CancellationToken stop, [EnumeratorCancellation] CancellationToken cancelled = default)
    {
        while (!stop.IsCancellationRequested && !cancelled.IsCancellationRequested)
        {
            _sentAt.Enqueue(Stopwatch.GetTimestamp());
            yield return messages[(int)(Sent++ % messages.Count)].Request;
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else if (Sent % messages.Count == 0)
            {
                await Task.Yield();
            }
        }
    }
}
