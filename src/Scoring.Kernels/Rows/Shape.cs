using System.Runtime.CompilerServices;

namespace Scoring.Kernels.Rows;

/// <summary>The checks of public entries: what is checked here is only asserted further in.</summary>
internal static class Shape
{
    public static int Rows(ReadOnlySpan<float> logits, int classes, [CallerArgumentExpression(nameof(logits))] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        int rows = logits.Length / classes;
        if (rows * classes != logits.Length)
        {
            throw new ArgumentException($"{logits.Length} values are not whole rows of {classes} classes.", name);
        }

        return rows;
    }

    public static void HasLength(int length, int expected, string what, [CallerArgumentExpression(nameof(length))] string? name = null)
    {
        if (length != expected)
        {
            throw new ArgumentException($"Expected {expected} values, {what}; there are {length}.", name);
        }
    }

    /// <summary>An output of rows × classes may be the very span of the logits, or lie apart from it.</summary>
    public static void IsSameOrApart(ReadOnlySpan<float> logits, ReadOnlySpan<float> output, string name)
    {
        HasLength(output.Length, logits.Length, "as many as logits", name);
        if (logits.Overlaps(output, out int offset) && offset != 0)
        {
            throw new ArgumentException("The output overlaps the logits without being the same span.", name);
        }
    }

    public static void IsTemperature(float temperature)
    {
        if (!(temperature > 0) || float.IsPositiveInfinity(temperature))
        {
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "A temperature is a positive, finite number.");
        }
    }

    public static void IsBias(ReadOnlySpan<float> bias, int classes)
    {
        if (!bias.IsEmpty)
        {
            HasLength(bias.Length, classes, "one per class, or none", nameof(bias));
        }
    }

    public static void IsThreshold(float threshold)
    {
        if (float.IsNaN(threshold))
        {
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "A threshold is a number.");
        }
    }

    public static void AreClasses(ReadOnlySpan<int> indices, int classes, [CallerArgumentExpression(nameof(indices))] string? name = null)
    {
        int row = indices.IndexOfAnyExceptInRange(0, classes - 1);
        if (row >= 0)
        {
            throw new ArgumentOutOfRangeException(name, indices[row], $"The index of row {row} is not one of {classes} classes.");
        }
    }

    public static int Classes(ReadOnlySpan<int> widths)
    {
        int classes = 0;
        foreach (int width in widths)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(width, 1, nameof(widths));
            classes = checked(classes + width);
        }

        return classes;
    }
}
