using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>Cross-entropy: −ln p(target) = ln Σ e^z(j) − z(target) of a row, with z = logit / temperature + bias. Nats, never below 0.</summary>
/// <remarks>From logits, never through a rounded probability: a target of probability 1e−300 costs 690.8, not ∞.</remarks>
public static class CrossEntropy
{
    /// <summary>Computes the cross-entropy of every row with its target class.</summary>
    /// <param name="logits">Rows × classes, row after row. −∞ is a masked class, and infinitely costly as a target.</param>
    /// <param name="classes">How many logits make a row, at least 1.</param>
    /// <param name="targets">One class index a row, from 0 to classes − 1.</param>
    /// <param name="losses">One result a row, in nats; apart from the logits.</param>
    /// <param name="temperature">What logits are divided by: positive and finite.</param>
    /// <param name="bias">What is added to each class after the division: one value per class, finite or −∞, or nothing.</param>
    /// <param name="threads">How many threads may share the work; little work stays on this one whatever is allowed.</param>
    /// <returns>Null when every row is good; otherwise the first logit of the first row that has a NaN, a +∞ or nothing but −∞. Such a row's result
    /// is NaN, and other rows are as they would be without it.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// classes or threads is below 1, or the temperature is not positive and finite, or a target is not a class.
    /// </exception>
    public static InvalidLogit? Compute(
        ReadOnlySpan<float> logits,
        int classes,
        ReadOnlySpan<int> targets,
        Span<float> losses,
        float temperature = 1f,
        ReadOnlySpan<float> bias = default,
        int threads = 1)
    {
        int rows = Shape.Rows(logits, classes);
        Shape.HasLength(targets.Length, rows, "one per row");
        Shape.HasLength(losses.Length, rows, "one per row");
        Shape.AreClasses(targets, classes);
        Shape.IsApart<float, float>(losses, logits);
        Shape.IsApart<float, int>(losses, targets);
        Shape.IsApart<float, float>(losses, bias);
        return RowEntry.Run<CrossEntropyKernel>(logits, rows, classes, losses, temperature, bias, threads, targets);
    }
}
