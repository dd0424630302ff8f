using Scoring.Heads.Metrics;

namespace Scoring.Heads.Tests;

/// <summary>The metrics in float64, straight from their definitions, over all rows at once.</summary>
internal static class NaiveMetrics
{
    public static double[][] Scores(float[] logits, int classes, double temperature, float[] bias) =>
        [.. logits.Chunk(classes).Select(
            row => row.Select((logit, column) => (logit / temperature) + (bias.Length == 0 ? 0 : bias[column])).ToArray())];

    /// <summary>−ln p(target).</summary>
    public static double CrossEntropy(double[] scores, int target) =>
        Math.Log(scores.Sum(score => Math.Exp(score - scores.Max()))) + scores.Max() - scores[target];

    public static double BinaryCrossEntropy(double score, uint target)
    {
        var wrong = target == 1 ? -score : score;
        return Math.Max(wrong, 0) + Math.Log(1 + Math.Exp(-Math.Abs(wrong)));
    }

    /// <summary>Classes, best first; ties to the lower index.</summary>
    public static int[] Ranking(IReadOnlyList<float> scores) =>
        [.. Enumerable.Range(0, scores.Count).OrderByDescending(column => scores[column]).ThenBy(column => column)];

    /// <summary>Expected calibration error; null where a probability is so near an edge of a bin that FP32 may put it in the next.</summary>
    public static double? CalibrationError(IReadOnlyCollection<(double Probability, bool Hit)> all)
    {
        double error = 0;
        for (var bin = 0; bin < ReliabilityBins.Count; bin++)
        {
            var (lower, upper) = (bin / 15.0, (bin + 1) / 15.0);
            if (all.Any(one => one.Probability != upper && bin < 14 && Math.Abs(one.Probability - upper) < 1e-6))
            {
                return null;
            }

            var inside = all.Where(one => (one.Probability > lower || bin == 0) && one.Probability <= upper).ToArray();
            if (inside.Length > 0)
            {
                error += inside.Length / (double)all.Count
                    * Math.Abs(inside.Average(one => one.Hit ? 1.0 : 0.0) - inside.Average(one => one.Probability));
            }
        }

        return error;
    }

    public static (double Precision, double Recall, double F1) Quality(IReadOnlyCollection<(bool Predicted, bool Actual)> all)
    {
        double hits = all.Count(one => one.Predicted && one.Actual);
        var precision = all.Any(one => one.Predicted) ? hits / all.Count(one => one.Predicted) : 0;
        var recall = all.Any(one => one.Actual) ? hits / all.Count(one => one.Actual) : 0;
        return (precision, recall, precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall));
    }

    /// <summary>The share of pairs of a positive and a negative in the right order, pair by pair; a tie counts half.</summary>
    public static double Auroc(IReadOnlyCollection<(float Score, bool Positive)> all)
    {
        var pairs = from positive in all
                    where positive.Positive
                    from negative in all
                    where !negative.Positive
                    select positive.Score > negative.Score ? 1.0 : positive.Score == negative.Score ? 0.5 : 0.0;
        return pairs.DefaultIfEmpty(double.NaN).Average();
    }
}
