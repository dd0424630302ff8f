using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>Several softmaxes side by side in one row, such as the factors of an action or the levels of a hierarchy.</summary>
public static class GroupedSoftmax
{
    /// <summary>Computes the softmax of every group of every row: the very bits of <see cref="Softmax.Compute"/> over the group alone.</summary>
    /// <param name="logits">Rows × classes, row after row, where classes is the sum of the widths. −∞ is a masked class, of probability 0.</param>
    /// <param name="widths">How many classes each group has, in the order of the row: at least one group, and each at least 1.</param>
    /// <param name="probabilities">Rows × classes results: the span of <paramref name="logits"/> itself, or memory apart from it.</param>
    /// <param name="temperature">What logits are divided by: positive and finite.</param>
    /// <param name="bias">What is added to each class after the division: one value per class, finite or −∞, or nothing.</param>
    /// <param name="threads">How many threads may share the work; little work stays on this one whatever is allowed.</param>
    /// <returns>Null when every row is good; otherwise the first logit of the first row with a group that has a NaN, a +∞ or nothing but −∞. Such a
    /// row's results are all NaN, in its good groups as well, and other rows are as they would be without it.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit together, or the spans overlap without being the same.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A width or threads is below 1, there are no widths, or the temperature is not positive and finite.
    /// </exception>
    public static unsafe InvalidLogit? Compute(
        ReadOnlySpan<float> logits,
        ReadOnlySpan<int> widths,
        Span<float> probabilities,
        float temperature = 1f,
        ReadOnlySpan<float> bias = default,
        int threads = 1)
    {
        int classes = Shape.Classes(widths);
        int rows = Shape.Rows(logits, classes);
        Shape.IsSameOrApart(logits, probabilities, nameof(probabilities));
        Shape.IsApart<float, int>(probabilities, widths);
        Shape.IsApart<float, float>(probabilities, bias);
        Shape.IsTemperature(temperature);
        Shape.IsBias(bias, classes);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);

        InvalidLogit? first = null;
        fixed (float* logitsPointer = logits, output = probabilities, biasPointer = bias)
        {
            int start = 0;
            foreach (int width in widths)
            {
                var job = new RowJob
                {
                    Logits = logitsPointer + start,
                    Rows = rows,
                    Classes = width,
                    Stride = classes,
                    Scale = new Scale(temperature, biasPointer == null ? null : biasPointer + start),
                    Output = output + start,
                };
                if (RowDispatch.Run<SoftmaxKernel>(job, threads) is { } invalid && (first is null || invalid.Row < first.Value.Row))
                {
                    first = invalid with { Column = start + invalid.Column };
                }

                start += width;
            }
        }

        if (first is not null)
        {
            SpreadNaN(probabilities[(first.Value.Row * classes)..], classes);
        }

        return first;
    }

    private static void SpreadNaN(Span<float> probabilities, int classes)
    {
        for (; !probabilities.IsEmpty; probabilities = probabilities[classes..])
        {
            Span<float> row = probabilities[..classes];
            foreach (float probability in row)
            {
                if (float.IsNaN(probability))
                {
                    row.Fill(float.NaN);
                    break;
                }
            }
        }
    }
}
