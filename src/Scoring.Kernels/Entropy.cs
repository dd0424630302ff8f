using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>Entropy: H = −Σ p(i) ln p(i) of the softmax of a row, with z = logit / temperature + bias. Nats: from 0 to ln classes.</summary>
/// <remarks>Summed as Σ p(i) (ln Σ e^z(j) − z(i)), from logits, so no logarithm meets a probability that was rounded to 0.</remarks>
public static class Entropy
{
    /// <summary>Computes the entropy of every row.</summary>
    /// <param name="logits">Rows × classes, row after row. −∞ is a masked class, and adds nothing.</param>
    /// <param name="classes">How many logits make a row, at least 1.</param>
    /// <param name="results">One result a row, in nats; apart from the logits.</param>
    /// <param name="temperature">What logits are divided by: positive and finite.</param>
    /// <param name="bias">What is added to each class after the division: one value per class, finite or −∞, or nothing.</param>
    /// <param name="threads">How many threads may share the work; little work stays on this one whatever is allowed.</param>
    /// <returns>Null when every row is good; otherwise the first logit of the first row that has a NaN, a +∞ or nothing but −∞. Such a row's result
    /// is NaN, and other rows are as they would be without it.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">classes or threads is below 1, or the temperature is not positive and finite.</exception>
    public static InvalidLogit? Compute(
        ReadOnlySpan<float> logits, int classes, Span<float> results, float temperature = 1f, ReadOnlySpan<float> bias = default, int threads = 1) =>
        RowEntry.RunByRow<EntropyKernel>(logits, classes, results, temperature, bias, threads);
}
