using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Scoring.Kernels.Rows;

/// <summary>The checks of public entries: what is checked here is only asserted further in.</summary>
internal static class Shape
{
    public static int Rows(ReadOnlySpan<float> logits, int classes, [CallerArgumentExpression(nameof(logits))] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        int rows = logits.Length / classes;
        return rows * classes == logits.Length ? rows : throw NotWhole(logits.Length, classes, name);
    }

    public static void HasLength(int length, int expected, string what, [CallerArgumentExpression(nameof(length))] string? name = null)
    {
        if (length != expected)
        {
            throw WrongLength(length, expected, what, name);
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

    /// <summary>What is written must not be what is read besides: some of it would be read after it is overwritten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void IsApart<TOutput, TInput>(
        ReadOnlySpan<TOutput> output,
        ReadOnlySpan<TInput> input,
        [CallerArgumentExpression(nameof(output))] string? name = null,
        [CallerArgumentExpression(nameof(input))] string? other = null)
        where TOutput : unmanaged
        where TInput : unmanaged
    {
        if (output.IsEmpty || input.IsEmpty)
        {
            return;
        }

        ref byte first = ref Unsafe.As<TOutput, byte>(
            ref MemoryMarshal.GetReference(output)), second = ref Unsafe.As<TInput, byte>(ref MemoryMarshal.GetReference(input));
        nint offset = Unsafe.ByteOffset(ref first, ref second);
        if (offset < (nint)output.Length * Unsafe.SizeOf<TOutput>() && -offset < (nint)input.Length * Unsafe.SizeOf<TInput>())
        {
            throw Overlapping(name, other);
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

    // By themselves, so that the checks are small enough to be inlined: on a row of a few classes their calls would be felt.
    private static ArgumentException NotWhole(int length, int classes, string? name) =>
        new($"{length} values are not whole rows of {classes} classes.", name);

    private static ArgumentException WrongLength(int length, int expected, string what, string? name) =>
        new($"Expected {expected} values, {what}; there are {length}.", name);

    private static ArgumentException Overlapping(string? name, string? other) => new($"The memory overlaps that of {other}.", name);
}
