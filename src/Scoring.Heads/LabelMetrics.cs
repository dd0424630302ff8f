namespace Scoring.Heads;

/// <summary>
/// Metrics of labels that are independent of each other. p is the sigmoid of a label's score, and at or over the head's threshold it is a yes.
/// </summary>
public sealed class LabelMetrics : EvaluationMetrics
{
    /// <summary>Mean over rows and labels of −ln p(target), in nats. ∞ where a label of 1 has a masked logit.</summary>
    public required double BinaryCrossEntropy { get; init; }

    /// <summary>Share of rows with every label decided rightly, 0 to 1.</summary>
    public required double SubsetAccuracy { get; init; }

    /// <summary>Share of labels decided wrongly, 0 to 1.</summary>
    public required double HammingLoss { get; init; }

    /// <summary>One for each label.</summary>
    public required ClassQuality[] PerLabel { get; init; }

    /// <summary>Over all decisions together.</summary>
    public required ClassQuality Micro { get; init; }

    /// <summary>Unweighted mean over the labels; its support is their sum.</summary>
    public required ClassQuality Macro { get; init; }

    /// <summary>
    /// Area under the receiver operating characteristic, one for each label; NaN for a label that has only one kind of row. Exact up to
    /// <see cref="EvaluationLimits.AurocScores"/> scores. With more, the logits are counted in bins, and those of one bin count as ties. Empty where
    /// a label would have fewer than 256 bins.
    /// </summary>
    /// <remarks>
    /// J. A. Hanley and B. J. McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC) curve", Radiology 143(1),
    /// 1982.
    /// </remarks>
    public required double[] Auroc { get; init; }

    /// <summary>Unweighted mean of <see cref="Auroc"/> over the labels that have one; NaN where none has.</summary>
    public required double AurocMacro { get; init; }

    /// <summary>The most that any <see cref="Auroc"/> can be off because of its bins; 0 where they are exact.</summary>
    public required double AurocError { get; init; }
}
