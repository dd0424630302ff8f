using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>Log-softmax: log p(i) = z(i) − ln Σ e^z(j) over a row, with z = logit / temperature + bias. Nats, never above 0.</summary>
/// <remarks>Never through a rounded probability, so results far below what a probability can hold, such as −1e9, are right too.</remarks>
public static class LogSoftmax
{
    /// <summary>Computes the log-softmax of every row.</summary>
    /// <param name="logits">Rows × classes, row after row. −∞ is a masked class, and stays −∞.</param>
    /// <param name="classes">How many logits make a row, at least 1.</param>
    /// <param name="logProbabilities">Rows × classes results in nats: the span of <paramref name="logits"/> itself, or memory apart from it.</param>
    /// <param name="temperature">What logits are divided by: positive and finite.</param>
    /// <param name="bias">What is added to each class after the division: one value per class, finite or −∞, or nothing.</param>
    /// <param name="threads">How many threads may share the work; little work stays on this one whatever is allowed.</param>
    /// <returns>Null when every row is good; otherwise the first logit of the first row that has a NaN, a +∞ or nothing but −∞. Such a row's results
    /// are all NaN, and other rows are as they would be without it.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit together, or the spans overlap without being the same.</exception>
    /// <exception cref="ArgumentOutOfRangeException">classes or threads is below 1, or the temperature is not positive and finite.</exception>
    public static InvalidLogit? Compute(
        ReadOnlySpan<float> logits, int classes, Span<float> logProbabilities, float temperature = 1f, ReadOnlySpan<float> bias = default,
        int threads = 1) =>
        RowEntry.RunByLogit<LogSoftmaxKernel>(logits, classes, logProbabilities, temperature, bias, threads);
}
