using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>The k best classes of each row, best first. Ties go to the lower index, and −0 equals +0.</summary>
/// <remarks>Ranked by logits or, under a bias, by logit / temperature + bias as it is before any rounding, however large.</remarks>
public static class TopK
{
    /// <summary>Finds the k best classes of every row, and their logits.</summary>
    /// <param name="logits">Rows × classes, row after row. −∞ is a masked class.</param>
    /// <param name="classes">How many logits make a row, at least 1.</param>
    /// <param name="k">How many classes are wanted, from 1 to classes.</param>
    /// <param name="indices">Rows × k class indices, best first; ties to the lower index.</param>
    /// <param name="values">Rows × k logits, in the order of the indices; apart from the logits.</param>
    /// <param name="threads">How many threads may share the work; little work stays on this one whatever is allowed.</param>
    /// <returns>Null when every row is good; otherwise the first logit of the first row that has a NaN, a +∞ or nothing but −∞. Such a row's indices
    /// are all −1 and its values NaN.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">classes, k or threads is below 1, or k is above classes.</exception>
    public static InvalidLogit? Compute(ReadOnlySpan<float> logits, int classes, int k, Span<int> indices, Span<float> values, int threads = 1) =>
        Run(logits, classes, k, indices, values, 1, default, threads, TopKResults.Logits);

    /// <summary>
    /// Finds the k best classes of every row, and their probabilities: the very bits of <see cref="Softmax.Compute"/>, without writing those of all
    /// classes.
    /// </summary>
    /// <param name="logits">Rows × classes, row after row. −∞ is a masked class.</param>
    /// <param name="classes">How many logits make a row, at least 1.</param>
    /// <param name="k">How many classes are wanted, from 1 to classes.</param>
    /// <param name="indices">Rows × k class indices, best first; ties to the lower index.</param>
    /// <param name="probabilities">Rows × k probabilities, in the order of the indices; apart from the logits.</param>
    /// <param name="temperature">What logits are divided by: positive and finite.</param>
    /// <param name="bias">What is added to each class after the division: one value per class, finite or −∞, or nothing.</param>
    /// <param name="threads">How many threads may share the work; little work stays on this one whatever is allowed.</param>
    /// <returns>Null when every row is good; otherwise the first logit of the first row that has a NaN, a +∞ or nothing but −∞. Such a row's indices
    /// are all −1 and its values NaN.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// classes, k or threads is below 1, k is above classes, or the temperature is not positive and finite.
    /// </exception>
    public static InvalidLogit? Probabilities(
        ReadOnlySpan<float> logits,
        int classes,
        int k,
        Span<int> indices,
        Span<float> probabilities,
        float temperature = 1f,
        ReadOnlySpan<float> bias = default,
        int threads = 1) =>
        Run(logits, classes, k, indices, probabilities, temperature, bias, threads, TopKResults.Probabilities);

    /// <summary>
    /// Finds the k best classes of every row, and their log-probabilities: the very bits of <see cref="LogSoftmax.Compute"/>, without writing those
    /// of all classes.
    /// </summary>
    /// <param name="logits">Rows × classes, row after row. −∞ is a masked class.</param>
    /// <param name="classes">How many logits make a row, at least 1.</param>
    /// <param name="k">How many classes are wanted, from 1 to classes.</param>
    /// <param name="indices">Rows × k class indices, best first; ties to the lower index.</param>
    /// <param name="logProbabilities">Rows × k log-probabilities in nats, in the order of the indices; apart from the logits.</param>
    /// <param name="temperature">What logits are divided by: positive and finite.</param>
    /// <param name="bias">What is added to each class after the division: one value per class, finite or −∞, or nothing.</param>
    /// <param name="threads">How many threads may share the work; little work stays on this one whatever is allowed.</param>
    /// <returns>Null when every row is good; otherwise the first logit of the first row that has a NaN, a +∞ or nothing but −∞. Such a row's indices
    /// are all −1 and its values NaN.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// classes, k or threads is below 1, k is above classes, or the temperature is not positive and finite.
    /// </exception>
    public static InvalidLogit? LogProbabilities(
        ReadOnlySpan<float> logits,
        int classes,
        int k,
        Span<int> indices,
        Span<float> logProbabilities,
        float temperature = 1f,
        ReadOnlySpan<float> bias = default,
        int threads = 1) =>
        Run(logits, classes, k, indices, logProbabilities, temperature, bias, threads, TopKResults.LogProbabilities);

    private static InvalidLogit? Run(
        ReadOnlySpan<float> logits,
        int classes,
        int k,
        Span<int> indices,
        Span<float> values,
        float temperature,
        ReadOnlySpan<float> bias,
        int threads,
        TopKResults results)
    {
        int rows = Shape.Rows(logits, classes);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, classes);
        Shape.HasLength(indices.Length, rows * k, "k per row");
        Shape.HasLength(values.Length, rows * k, "k per row");
        Shape.IsApart<int, float>(indices, logits);
        Shape.IsApart<float, float>(values, logits);
        Shape.IsApart<float, int>(values, indices);
        Shape.IsApart<int, float>(indices, bias);
        Shape.IsApart<float, float>(values, bias);
        return RowEntry.Run<TopKKernel>(logits, rows, classes, values, temperature, bias, threads, indices, k: (k, results));
    }
}
