using Scoring.Client;

namespace Scoring.Cli.Demo;

/// <summary>What the service makes of iris.</summary>
/// <param name="Data">What was sent.</param>
/// <param name="Probabilities">rows × classes, row-major.</param>
internal sealed record IrisScores(IrisData Data, float[] Probabilities)
{
    private const int RowsPerMessage = 25;

    /// <summary>How many rows are predicted rightly.</summary>
    public int Right => Enumerable.Range(0, Data.Rows).Count(IsRight);

    /// <summary>Right rows over all rows, 0 to 1.</summary>
    public double Accuracy => (double)Right / Data.Rows;

    /// <summary>Mean over the rows of −log p(target), nats.</summary>
    public double CrossEntropy => Enumerable.Range(0, Data.Rows).Average(row => -Math.Log(Probability(row, Data.Targets[row])));

    public static int Messages(IrisData data) => (data.Rows + RowsPerMessage - 1) / RowsPerMessage;

    /// <summary>Streams iris through the service, a few rows a message.</summary>
    public static async Task<IrisScores> ScoreAsync(ScoringClient client, IrisData data, CancellationToken cancellationToken)
    {
        var requests = Enumerable.Range(0, Messages(data)).Select(message => message * RowsPerMessage).Select(row => new ScoreRequest
        {
            Classes = data.Classes,
            Logits = data.Logits.AsMemory(row * data.Classes, Math.Min(RowsPerMessage, data.Rows - row) * data.Classes),
        });

        var probabilities = new List<float>();
        await foreach (var result in client.ScoreStreamAsync(requests.ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false))
        {
            using (result)
            {
                probabilities.AddRange(result.Scores);
            }
        }

        return new IrisScores(data, [.. probabilities]);
    }

    public float Probability(int row, int column) => Probabilities[(row * Data.Classes) + column];

    /// <summary>The most probable class of a row.</summary>
    public int Predicted(int row) => Enumerable.Range(0, Data.Classes).MaxBy(column => Probability(row, column));

    public bool IsRight(int row) => Predicted(row) == Data.Targets[row];
}
