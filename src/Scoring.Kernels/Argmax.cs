using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>The class with the greatest logit of each row. Ties go to the lower index, and −0 equals +0.</summary>
public static class Argmax
{
    /// <summary>Finds the class with the greatest logit of every row.</summary>
    /// <param name="logits">Rows × classes, row after row. −∞ is a masked class.</param>
    /// <param name="classes">How many logits make a row, at least 1.</param>
    /// <param name="indices">One class index a row, from 0.</param>
    /// <param name="threads">How many threads may share the work; little work stays on this one whatever is allowed.</param>
    /// <returns>
    /// Null when every row is good; otherwise the first logit of the first row that has a NaN, a +∞ or nothing but −∞. Such a row's index is −1.
    /// </returns>
    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">classes or threads is below 1.</exception>
    public static InvalidLogit? Compute(ReadOnlySpan<float> logits, int classes, Span<int> indices, int threads = 1) =>
        Run(logits, classes, indices, default, false, threads);

    /// <summary>Finds the class with the greatest logit of every row, and that logit.</summary>
    /// <param name="logits">Rows × classes, row after row. −∞ is a masked class.</param>
    /// <param name="classes">How many logits make a row, at least 1.</param>
    /// <param name="indices">One class index a row, from 0.</param>
    /// <param name="maxima">One logit a row; apart from the logits.</param>
    /// <param name="threads">How many threads may share the work; little work stays on this one whatever is allowed.</param>
    /// <returns>Null when every row is good; otherwise the first logit of the first row that has a NaN, a +∞ or nothing but −∞. Such a row's index is
    /// −1 and its maximum NaN.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">classes or threads is below 1.</exception>
    public static InvalidLogit? Compute(ReadOnlySpan<float> logits, int classes, Span<int> indices, Span<float> maxima, int threads = 1) =>
        Run(logits, classes, indices, maxima, true, threads);

    private static InvalidLogit? Run(
        ReadOnlySpan<float> logits, int classes, Span<int> indices, Span<float> maxima, bool wantsMaxima, int threads)
    {
        int rows = Shape.Rows(logits, classes);
        Shape.HasLength(indices.Length, rows, "one per row", nameof(indices));
        Shape.HasLength(maxima.Length, wantsMaxima ? rows : 0, "one per row", nameof(maxima));
        Shape.IsApart<int, float>(indices, logits);
        Shape.IsApart<float, float>(maxima, logits);
        Shape.IsApart<float, int>(maxima, indices);
        return RowEntry.Run<ArgmaxKernel>(logits, rows, classes, maxima, 1, default, threads, indices);
    }
}
