namespace Scoring.Heads;

/// <summary>How much an evaluation may hold, which does not grow with the rows.</summary>
public sealed record EvaluationLimits
{
    /// <summary>The largest k of top-k accuracy.</summary>
    public int TopK { get; init; } = 5;

    /// <summary>The most classes that a confusion matrix is made for, of classes × classes counts of 8 bytes; 0 for none at all.</summary>
    public int ConfusionClasses { get; init; } = 1024;

    /// <summary>
    /// Scores (rows × labels) that are held for an exact AUROC, at 5 bytes each. Past it they are counted in this many bins of 16 bytes at most, shared by the
    /// labels.
    /// </summary>
    public int AurocScores { get; init; } = 1 << 20;
}
