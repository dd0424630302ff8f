using Scoring.Client;

namespace Scoring.Faults.Load;

/// <summary>A message, and its probabilities in float64, straight from the definition.</summary>
internal sealed class CheckedMessage
{
    /// <summary>Many times what the kernels promise, and far less than any mistake makes.</summary>
    private const double Tolerance = 1e-6;

    private readonly double[] _expected;

    public CheckedMessage(string head, int rows, int classes, Random random)
    {
        var logits = new float[rows * classes];
        foreach (ref var logit in logits.AsSpan())
        {
            logit = (float)((random.NextDouble() * 20) - 10);
        }

        Request = new ScoreRequest { Head = head, Classes = classes, Logits = logits };
        _expected = [.. logits.Chunk(classes).SelectMany(Softmax)];
    }

    public ScoreRequest Request { get; }

    public bool IsAnsweredBy(ScoreResult result)
    {
        if (result.Error is not null || result.Scores.Length != _expected.Length)
        {
            return false;
        }

        var scores = result.Scores;
        for (var i = 0; i < scores.Length; i++)
        {
            if (!(Math.Abs(scores[i] - _expected[i]) <= Tolerance))
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<double> Softmax(float[] row)
    {
        var max = (double)row.Max();
        var sum = row.Sum(logit => Math.Exp(logit - max));
        return row.Select(logit => Math.Exp(logit - max) / sum);
    }
}
