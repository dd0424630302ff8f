using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>Rows with a 1 at one class and 0 at all others.</summary>
public static class OneHot
{
    /// <summary>Writes the one-hot row of every class index.</summary>
    /// <param name="indices">One class index a row, from 0 to classes − 1.</param>
    /// <param name="classes">How many classes make a row, at least 1.</param>
    /// <param name="oneHot">Rows × classes results.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">classes is below 1, or an index is not a class.</exception>
    public static void Encode(ReadOnlySpan<int> indices, int classes, Span<float> oneHot)
    {
        Shape.HasLength(indices.Length, Shape.Rows(oneHot, classes), "one per row");
        Shape.AreClasses(indices, classes);
        Shape.IsApart<float, int>(oneHot, indices);
        oneHot.Clear();
        for (int row = 0; row < indices.Length; row++)
        {
            oneHot[(row * classes) + indices[row]] = 1;
        }
    }

    /// <summary>Finds the class index of every one-hot row.</summary>
    /// <param name="oneHot">Rows × classes, in each row a single 1 and otherwise 0.</param>
    /// <param name="classes">How many classes make a row, at least 1.</param>
    /// <param name="indices">One class index a row.</param>
    /// <exception cref="ArgumentException">
    /// The lengths do not fit together, what is written overlaps what is read, or a row is not one-hot.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">classes is below 1.</exception>
    public static void Decode(ReadOnlySpan<float> oneHot, int classes, Span<int> indices)
    {
        int rows = Shape.Rows(oneHot, classes);
        Shape.HasLength(indices.Length, rows, "one per row");
        Shape.IsApart<int, float>(indices, oneHot);
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> values = oneHot.Slice(row * classes, classes);
            int index = values.IndexOf(1f);
            if (index < 0 || values[..index].ContainsAnyExcept(0f) || values[(index + 1)..].ContainsAnyExcept(0f))
            {
                throw new ArgumentException($"Row {row} is not one-hot.", nameof(oneHot));
            }

            indices[row] = index;
        }
    }
}
