namespace Scoring.Heads.Metrics;

/// <summary>What precision, recall and F1 follow from.</summary>
/// <param name="Hits">True positives.</param>
/// <param name="Predicted">Predicted positives.</param>
/// <param name="Actual">Actual positives.</param>
internal record struct Quality(long Hits, long Predicted, long Actual)
{
    /// <summary>Whether it was ever predicted or actually so.</summary>
    public readonly bool Occurs => Predicted + Actual > 0;

    /// <summary>F1 is the same as 2 · precision · recall / (precision + recall), with one rounding.</summary>
    public readonly ClassQuality Ratios() =>
        new(Ratio(Hits, Predicted), Ratio(Hits, Actual), Ratio(2 * Hits, Predicted + Actual), Actual);

    /// <summary>The unweighted mean, and the sum of the supports.</summary>
    public static ClassQuality Mean(IReadOnlyCollection<ClassQuality> qualities) => new(
        qualities.Average(quality => quality.Precision),
        qualities.Average(quality => quality.Recall),
        qualities.Average(quality => quality.F1),
        qualities.Sum(quality => quality.Support));

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : part / (double)whole;
}
