namespace Scoring.Heads;

/// <summary>
/// What came of an evaluation: <see cref="ClassMetrics"/> of a softmax or log-softmax head, <see cref="LabelMetrics"/> of a sigmoid one.
/// </summary>
public abstract class EvaluationMetrics
{
    private protected EvaluationMetrics()
    {
    }

    /// <summary>Rows that were measured.</summary>
    public required long Rows { get; init; }

    /// <summary>Classes, or labels, of a row.</summary>
    public required int Classes { get; init; }

    /// <summary>Expected calibration error: Σ over <see cref="Bins"/> of their share of the count, times |accuracy − confidence|; 0 to 1.</summary>
    /// <remarks>C. Guo et al., "On calibration of modern neural networks", ICML 2017.</remarks>
    public required double ExpectedCalibrationError { get; init; }

    /// <summary>15 bins of equal width: of the best class's probability, or of each label's.</summary>
    public required CalibrationBin[] Bins { get; init; }
}
