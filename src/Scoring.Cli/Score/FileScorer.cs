using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Scoring.Cli.Files;
using Scoring.Client;
using Scoring.Protocol;

namespace Scoring.Cli.Score;

/// <summary>
/// Streams a file through the service in constant memory. Rows are read into a ring of buffers; a buffer is sent from where
/// it lies, so it belongs to its message from then on, and goes back to the ring when the message's result has been written.
/// The ring is what bounds the messages in flight.
/// </summary>
internal sealed class FileScorer(
    ScoringClient client, HeadWatch head, LogitReader input, ScoreWriter output, ScoreRequest template, int rowsPerMessage)
{
    private const int Buffers = 16;
    private const int InvalidRowsNamed = 5;

    /// <summary>Messages sent and not yet answered, oldest first. The sending side adds, the receiving side takes.</summary>
    private readonly ConcurrentQueue<Message> _inFlight = new();
    private readonly Channel<byte[]> _ring = Channel.CreateBounded<byte[]>(Buffers);
    private readonly List<long> _firstInvalidRows = [];

    /// <summary>Rows scored so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows that were set aside because their logits have no score.</summary>
    public long InvalidRows { get; private set; }

    /// <summary>The first few of <see cref="InvalidRows"/>.</summary>
    public IReadOnlyList<long> FirstInvalidRows => _firstInvalidRows;

    /// <exception cref="InvalidDataException">
    /// The input is broken, the service refused a part of it, or its head was changed in the meantime.
    /// </exception>
    public async Task RunAsync(IProgress<(long Rows, long Bytes)>? progress, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Buffers; i++)
        {
            // Empty ones, made when they are first taken: a small file needs few.
            _ring.Writer.TryWrite([]);
        }

        await foreach (var result in client.ScoreStreamAsync(ReadAsync(cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            using (result)
            {
                _inFlight.TryDequeue(out var message);
                if (result.Error is null)
                {
                    await head.CheckAsync(result.Receipt.HeadRevision, Rows, cancellationToken).ConfigureAwait(false);
                }

                Take(result, message!);
                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
                _ring.Writer.TryWrite(message!.Buffer);
                progress?.Report((Rows, message.Position));
            }
        }

        await head.CheckEndAsync(Rows, cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<ScoreRequest> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var firstRow = 0L;
        while (true)
        {
            var buffer = await _ring.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            buffer = buffer.Length > 0 ? buffer : GC.AllocateUninitializedArray<byte>(checked((int)(rowsPerMessage * input.RowBytes)));

            var rows = await input.ReadAsync(buffer, null, cancellationToken).ConfigureAwait(false);
            if (rows == 0)
            {
                yield break;
            }

            _inFlight.Enqueue(new Message(buffer, firstRow, rows, input.Position));
            firstRow += rows;
            yield return new ScoreRequest
            {
                Head = template.Head,
                Classes = template.Classes,
                Temperature = template.Temperature,
                NonFinite = template.NonFinite,
                Outputs = template.Outputs,
                TopK = template.TopK,
                Data = buffer.AsMemory(0, (int)(rows * input.RowBytes)),
                DataType = input.ElementType,
            };
        }
    }

    private void Take(ScoreResult result, Message message)
    {
        if (result.Error is { } error)
        {
            throw new InvalidDataException(Refusal.Locate(error, input, message.FirstRow, message.Rows));
        }

        var answered = template.Outputs.HasFlag(OutputSet.TopK) ? result.TopScores.Length : result.Scores.Length;
        var expected = message.Rows * (template.TopK > 0 ? template.TopK : input.Classes);
        if (result.Rows != message.Rows || result.Classes != input.Classes || answered != expected)
        {
            throw new InvalidDataException(
                $"the service answered {message.Rows} × {input.Classes} logits with {result.Rows} × {result.Classes} scores, {answered} of them");
        }

        output.Write(new ScoredRows
        {
            Rows = result.Rows,
            Classes = result.Classes,
            Scores = result.Scores,
            Decisions = result.Decisions,
            TopIndices = result.TopIndices,
            TopScores = result.TopScores,
        });
        Rows += result.Rows;
        InvalidRows += result.InvalidRows.Length;
        for (var i = 0; i < result.InvalidRows.Length && _firstInvalidRows.Count < InvalidRowsNamed; i++)
        {
            _firstInvalidRows.Add(message.FirstRow + result.InvalidRows[i]);
        }
    }

    /// <param name="Buffer">The rows, which the message owns until its result is written.</param>
    /// <param name="FirstRow">The file's row that is the message's first.</param>
    /// <param name="Rows">How many there are.</param>
    /// <param name="Position">Where the input stood behind them, in bytes.</param>
    private sealed record Message(byte[] Buffer, long FirstRow, int Rows, long Position);
}
