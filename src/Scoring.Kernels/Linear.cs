using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>Calibrated logits: z(i) = logit(i) / temperature + bias(i).</summary>
public static class Linear
{
    /// <summary>Computes logit / temperature + bias, rounded about once.</summary>
    /// <param name="logits">Rows × classes, row after row. −∞ is a masked class, and stays −∞.</param>
    /// <param name="classes">How many logits make a row, at least 1.</param>
    /// <param name="scores">Rows × classes results: the span of <paramref name="logits"/> itself, or memory apart from it.</param>
    /// <param name="temperature">What logits are divided by: positive and finite.</param>
    /// <param name="bias">What is added to each class after the division: one value per class, finite or −∞, or nothing.</param>
    /// <param name="threads">How many threads may share the work; little work stays on this one whatever is allowed.</param>
    /// <returns>Null when every row is good; otherwise the first logit of the first row that has a NaN, a +∞ or nothing but −∞. Each result depends
    /// on its own logit alone, in such a row too: a NaN stays NaN, an infinity stays that infinity, and what is too large for a float becomes
    /// one.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit together, or the spans overlap without being the same.</exception>
    /// <exception cref="ArgumentOutOfRangeException">classes or threads is below 1, or the temperature is not positive and finite.</exception>
    public static InvalidLogit? Compute(
        ReadOnlySpan<float> logits, int classes, Span<float> scores, float temperature = 1f, ReadOnlySpan<float> bias = default, int threads = 1) =>
        RowEntry.RunByLogit<LinearKernel>(logits, classes, scores, temperature, bias, threads);
}
