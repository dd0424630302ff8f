using Scoring.V1;

namespace Scoring.Service.Evaluation;

/// <summary>What precision, recall and F1 follow from.</summary>
/// <param name="Hits">True positives.</param>
/// <param name="Predicted">Predicted positives.</param>
/// <param name="Actual">Actual positives.</param>
internal record struct Quality(long Hits, long Predicted, long Actual)
{
    /// <summary>Whether it was ever predicted or actually so.</summary>
    public readonly bool Occurs => Predicted + Actual > 0;

    public readonly ClassQuality ToMessage() => new()
    {
        Precision = Ratio(Hits, Predicted),
        Recall = Ratio(Hits, Actual),
        // The same as 2 · precision · recall / (precision + recall), with one rounding.
        F1 = Ratio(2 * Hits, Predicted + Actual),
        Support = (ulong)Actual,
    };

    /// <summary>The unweighted mean, and the sum of the supports.</summary>
    public static ClassQuality Mean(IReadOnlyCollection<ClassQuality> qualities) => new()
    {
        Precision = qualities.Average(quality => quality.Precision),
        Recall = qualities.Average(quality => quality.Recall),
        F1 = qualities.Average(quality => quality.F1),
        Support = (ulong)qualities.Sum(quality => (long)quality.Support),
    };

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : part / (double)whole;
}
