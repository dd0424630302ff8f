namespace Scoring.Heads;

/// <summary>
/// Metrics of classes that exclude each other. p is the softmax of a row, and the class of the greatest score its argmax; ties go to the lower index.
/// </summary>
public sealed class ClassMetrics : EvaluationMetrics
{
    /// <summary>Mean of −ln p(target), in nats. ∞ where a target is a masked class.</summary>
    public required double CrossEntropy { get; init; }

    /// <summary>Share of rows whose argmax is the target, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>
    /// For k = 1, 2, … up to <see cref="EvaluationLimits.TopK"/> or all classes: share of rows whose target is among the best k, 0 to 1.
    /// </summary>
    public required double[] TopKAccuracy { get; init; }

    /// <summary>Mean over the rows of Σ (p − onehot)², 0 to 2.</summary>
    /// <remarks>G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78(1), 1950.</remarks>
    public required double BrierScore { get; init; }

    /// <summary>
    /// Classes × classes counts of rows, row-major: row = target, column = argmax. Empty past <see cref="EvaluationLimits.ConfusionClasses"/>.
    /// </summary>
    public required ulong[] Confusion { get; init; }

    /// <summary>One for each class; a class that is never predicted has precision 0.</summary>
    public required ClassQuality[] PerClass { get; init; }

    /// <summary>Unweighted mean over the classes that occur, as a target or as an argmax; its support is the number of rows.</summary>
    public required ClassQuality Macro { get; init; }
}
