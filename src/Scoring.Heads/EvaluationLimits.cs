namespace Scoring.Heads;

/// <summary>How much an evaluation may hold, which does not grow with the rows.</summary>
public sealed record EvaluationLimits
{
    /// <summary>Past it the counts of a confusion matrix would be too many for one array.</summary>
    private const int MostConfusionClasses = 46_340;

    /// <summary>The largest k of top-k accuracy, at least 1.</summary>
    public int TopK { get; init; } = 5;

    /// <summary>
    /// The most classes that a confusion matrix is made for, of classes × classes counts of 8 bytes; 0 for none at all, and at most 46,340.
    /// </summary>
    public int ConfusionClasses { get; init; } = 1024;

    /// <summary>
    /// Scores (rows × labels) that are held for an exact AUROC, at 5 bytes each. Past it they are counted in this many bins of 20 bytes at most,
    /// shared by the labels.
    /// </summary>
    public int AurocScores { get; init; } = 1 << 20;

    /// <exception cref="ArgumentOutOfRangeException">One of them is none.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(TopK, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(ConfusionClasses);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ConfusionClasses, MostConfusionClasses);
        ArgumentOutOfRangeException.ThrowIfNegative(AurocScores);
    }
}
