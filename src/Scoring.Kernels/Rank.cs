using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>The place of one class in the order that <see cref="TopK"/> has.</summary>
public static class Rank
{
    /// <summary>Counts the classes of a row that come before one of them: 0 for the best.</summary>
    /// <param name="logits">One row, of at least one logit. −∞ is a masked class; there is no NaN and no +∞.</param>
    /// <param name="index">The class.</param>
    /// <param name="temperature">What logits are divided by: positive and finite.</param>
    /// <param name="bias">What is added to each class after the division: one value per class, finite or −∞, or nothing.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not positive and finite, or the index is not a class.</exception>
    public static unsafe int Of(ReadOnlySpan<float> logits, int index, float temperature = 1f, ReadOnlySpan<float> bias = default)
    {
        Shape.AreClasses([index], logits.Length, nameof(index));
        Shape.IsTemperature(temperature);
        Shape.IsBias(bias, logits.Length);
        if (bias.IsEmpty)
        {
            return OfLogit(logits, index);
        }

        fixed (float* row = logits, biasPointer = bias)
        {
            var job = new RowJob
            {
                Logits = row,
                Rows = 1,
                Classes = logits.Length,
                Stride = logits.Length,
                Scale = new Scale(temperature, biasPointer),
            };
            var candidate = ScoreCandidate.Of(job, row, index, 0);
            int rank = 0;
            for (int column = 0; column < logits.Length; column++)
            {
                rank += ScoreCandidate.Of(job, row, column, 0).IsBefore(candidate) ? 1 : 0;
            }

            return rank;
        }
    }

    private static int OfLogit(ReadOnlySpan<float> logits, int index)
    {
        float logit = logits[index];
        int rank = 0;
        foreach (float other in logits[..index])
        {
            rank += other >= logit ? 1 : 0;
        }

        foreach (float other in logits[(index + 1)..])
        {
            rank += other > logit ? 1 : 0;
        }

        return rank;
    }
}
