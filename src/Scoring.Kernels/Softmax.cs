using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>Softmax: p(i) = e^z(i) / Σ e^z(j) over a row, with z = logit / temperature + bias.</summary>
/// <remarks>
/// <para>The shifted form of N. J. Higham et al., "Accurately computing the log-sum-exp and softmax functions", IMA J. Numer. Anal. 41(4), 2021, with
/// a shift by a whole power of two, which loses nothing. Within 13 ULP of float64, and usually 5: docs/numerics.md.</para>
/// <para>A row's results depend on that row alone: not on its place, its batch, its memory, the thread count or the processor.</para>
/// </remarks>
public static class Softmax
{
    /// <summary>Computes the softmax of every row.</summary>
    /// <param name="logits">Rows × classes, row after row. −∞ is a masked class, of probability 0.</param>
    /// <param name="classes">How many logits make a row, at least 1.</param>
    /// <param name="probabilities">Rows × classes results: the span of <paramref name="logits"/> itself, or memory apart from it.</param>
    /// <param name="temperature">What logits are divided by: positive and finite.</param>
    /// <param name="bias">What is added to each class after the division: one value per class, finite or −∞, or nothing.</param>
    /// <param name="threads">How many threads may share the work; little work stays on this one whatever is allowed.</param>
    /// <returns>Null when every row is good; otherwise the first logit of the first row that has a NaN, a +∞ or nothing but −∞. Such a row's results
    /// are all NaN, and other rows are as they would be without it.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit together, or the spans overlap without being the same.</exception>
    /// <exception cref="ArgumentOutOfRangeException">classes or threads is below 1, or the temperature is not positive and finite.</exception>
    public static InvalidLogit? Compute(
        ReadOnlySpan<float> logits, int classes, Span<float> probabilities, float temperature = 1f, ReadOnlySpan<float> bias = default,
        int threads = 1) =>
        RowEntry.RunByLogit<SoftmaxKernel>(logits, classes, probabilities, temperature, bias, threads);
}
