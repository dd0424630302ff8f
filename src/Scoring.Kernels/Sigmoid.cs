using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>
/// Sigmoid, or the logistic function: p(i) = 1 / (1 + e^−z(i)) for each logit by itself, with z = logit / temperature + bias. Within 4 ULP.
/// </summary>
public static class Sigmoid
{
    /// <summary>Computes the sigmoid of every logit.</summary>
    /// <param name="logits">Rows × classes, row after row. −∞ is a masked class, of probability 0.</param>
    /// <param name="classes">How many logits make a row, at least 1.</param>
    /// <param name="probabilities">Rows × classes results: the span of <paramref name="logits"/> itself, or memory apart from it.</param>
    /// <param name="temperature">What logits are divided by: positive and finite.</param>
    /// <param name="bias">What is added to each class after the division: one value per class, finite or −∞, or nothing.</param>
    /// <param name="threads">How many threads may share the work; little work stays on this one whatever is allowed.</param>
    /// <returns>Null when every row is good; otherwise the first logit of the first row that has a NaN, a +∞ or nothing but −∞. Each result depends
    /// on its own logit alone, in such a row too: of a NaN it is NaN, of +∞ 1, of −∞ 0.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit together, or the spans overlap without being the same.</exception>
    /// <exception cref="ArgumentOutOfRangeException">classes or threads is below 1, or the temperature is not positive and finite.</exception>
    public static InvalidLogit? Compute(
        ReadOnlySpan<float> logits, int classes, Span<float> probabilities, float temperature = 1f, ReadOnlySpan<float> bias = default,
        int threads = 1) =>
        RowEntry.RunByLogit<SigmoidKernel>(logits, classes, probabilities, temperature, bias, threads);
}
