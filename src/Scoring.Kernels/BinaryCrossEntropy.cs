using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>
/// Binary cross-entropy of independent labels: the mean over a row's classes of ln(1 + e^−z) where the label is 1 and ln(1 + e^z) where it is 0, with
/// z = logit / temperature + bias. Nats.
/// </summary>
/// <remarks>From logits, as max(±z, 0) + ln(1 + e^−|z|): neither overflows nor rounds a small loss away.</remarks>
public static class BinaryCrossEntropy
{
    /// <summary>Computes the binary cross-entropy of every row with its labels.</summary>
    /// <param name="logits">
    /// Rows × classes, row after row. −∞ is a masked class, which costs nothing where its label is 0 and infinitely much where it is 1.
    /// </param>
    /// <param name="classes">How many logits make a row, at least 1.</param>
    /// <param name="targets">Rows × classes labels, each 0 or 1.</param>
    /// <param name="losses">One result a row, in nats; apart from the logits.</param>
    /// <param name="temperature">What logits are divided by: positive and finite.</param>
    /// <param name="bias">What is added to each class after the division: one value per class, finite or −∞, or nothing.</param>
    /// <param name="threads">How many threads may share the work; little work stays on this one whatever is allowed.</param>
    /// <returns>Null when every row is good; otherwise the first logit of the first row that has a NaN, a +∞ or nothing but −∞. Such a row's result
    /// is NaN, and other rows are as they would be without it.</returns>
    /// <exception cref="ArgumentException">
    /// The lengths do not fit together, what is written overlaps what is read, or a label is neither 0 nor 1.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">classes or threads is below 1, or the temperature is not positive and finite.</exception>
    public static InvalidLogit? Compute(
        ReadOnlySpan<float> logits,
        int classes,
        ReadOnlySpan<byte> targets,
        Span<float> losses,
        float temperature = 1f,
        ReadOnlySpan<float> bias = default,
        int threads = 1)
    {
        int rows = Shape.Rows(logits, classes);
        Shape.HasLength(targets.Length, logits.Length, "one per logit");
        Shape.HasLength(losses.Length, rows, "one per row");
        Shape.IsApart<float, float>(losses, logits);
        Shape.IsApart<float, byte>(losses, targets);
        Shape.IsApart<float, float>(losses, bias);
        if (targets.ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            throw new ArgumentException("A label is 0 or 1.", nameof(targets));
        }

        return RowEntry.Run<BinaryCrossEntropyKernel>(logits, rows, classes, losses, temperature, bias, threads, labels: targets);
    }
}
