using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>Decisions of independent labels: yes where the probability reaches the threshold. A NaN reaches none.</summary>
public static class Threshold
{
    /// <summary>Decides every label by one threshold.</summary>
    /// <param name="probabilities">Any number of probabilities, or of scores on the threshold's scale.</param>
    /// <param name="threshold">The least value that means yes; not NaN.</param>
    /// <param name="decisions">One result per probability.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is NaN.</exception>
    public static void Compute(ReadOnlySpan<float> probabilities, float threshold, Span<bool> decisions)
    {
        Shape.HasLength(decisions.Length, probabilities.Length, "as many as probabilities");
        Shape.IsApart<bool, float>(decisions, probabilities);
        Shape.IsThreshold(threshold);
        for (int i = 0; i < probabilities.Length; i++)
        {
            decisions[i] = probabilities[i] >= threshold;
        }
    }

    /// <summary>Decides every label by its class's threshold.</summary>
    /// <param name="probabilities">Rows × classes probabilities, or scores on the thresholds' scale.</param>
    /// <param name="thresholds">One per class, at least one: the least value that means yes; not NaN.</param>
    /// <param name="decisions">Rows × classes results.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no threshold, or one is NaN.</exception>
    public static void Compute(ReadOnlySpan<float> probabilities, ReadOnlySpan<float> thresholds, Span<bool> decisions)
    {
        int rows = Shape.Rows(probabilities, thresholds.Length);
        Shape.IsApart<bool, float>(decisions, thresholds);
        Shape.HasLength(decisions.Length, probabilities.Length, "as many as probabilities");
        Shape.IsApart<bool, float>(decisions, probabilities);
        foreach (float threshold in thresholds)
        {
            Shape.IsThreshold(threshold);
        }

        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> values = probabilities.Slice(row * thresholds.Length, thresholds.Length);
            Span<bool> results = decisions.Slice(row * thresholds.Length, thresholds.Length);
            for (int i = 0; i < values.Length; i++)
            {
                results[i] = values[i] >= thresholds[i];
            }
        }
    }
}
