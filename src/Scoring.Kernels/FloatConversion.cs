using Scoring.Kernels.Rows;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels;

/// <summary>
/// Other formats of floating-point numbers into FP32. FP16 and BF16 are converted exactly, subnormals, infinities and NaNs included.
/// </summary>
public static class FloatConversion
{
    /// <summary>Converts FP16 (IEEE binary16).</summary>
    /// <param name="source">Any number of values.</param>
    /// <param name="destination">As many results, in other memory.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the memory overlaps.</exception>
    public static unsafe void FromHalf(ReadOnlySpan<Half> source, Span<float> destination)
    {
        Shape.HasLength(destination.Length, source.Length, "as many as source");
        Shape.IsApart<float, Half>(destination, source);
        fixed (Half* from = source)
        fixed (float* to = destination)
        {
            Widening.FromHalf((ushort*)from, to, source.Length);
        }
    }

    /// <summary>Converts little-endian FP16 (IEEE binary16) bytes, at any alignment.</summary>
    /// <param name="source">Two bytes per value.</param>
    /// <param name="destination">The results, in other memory.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    public static unsafe void FromHalf(ReadOnlySpan<byte> source, Span<float> destination)
    {
        RefuseBigEndian();
        Shape.HasLength(source.Length, sizeof(ushort) * destination.Length, "two bytes per result");
        Shape.IsApart<float, byte>(destination, source);
        fixed (byte* from = source)
        fixed (float* to = destination)
        {
            Widening.FromHalf((ushort*)from, to, destination.Length);
        }
    }

    /// <summary>Converts BF16, the upper half of an FP32, given as its bits.</summary>
    /// <param name="source">Any number of values.</param>
    /// <param name="destination">As many results, in other memory.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the memory overlaps.</exception>
    public static unsafe void FromBFloat16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        Shape.HasLength(destination.Length, source.Length, "as many as source");
        Shape.IsApart<float, ushort>(destination, source);
        fixed (ushort* from = source)
        fixed (float* to = destination)
        {
            Widening.FromBFloat16(from, to, source.Length);
        }
    }

    /// <summary>Converts little-endian BF16 bytes, at any alignment.</summary>
    /// <param name="source">Two bytes per value.</param>
    /// <param name="destination">The results, in other memory.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    public static unsafe void FromBFloat16(ReadOnlySpan<byte> source, Span<float> destination)
    {
        RefuseBigEndian();
        Shape.HasLength(source.Length, sizeof(ushort) * destination.Length, "two bytes per result");
        Shape.IsApart<float, byte>(destination, source);
        fixed (byte* from = source)
        fixed (float* to = destination)
        {
            Widening.FromBFloat16((ushort*)from, to, destination.Length);
        }
    }

    /// <summary>Converts FP64, each rounded to the nearest FP32; what is too large becomes an infinity.</summary>
    /// <param name="source">Any number of values.</param>
    /// <param name="destination">As many results, in other memory.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the memory overlaps.</exception>
    public static unsafe void FromDouble(ReadOnlySpan<double> source, Span<float> destination)
    {
        Shape.HasLength(destination.Length, source.Length, "as many as source");
        Shape.IsApart<float, double>(destination, source);
        fixed (double* from = source)
        fixed (float* to = destination)
        {
            Widening.FromDouble(from, to, source.Length);
        }
    }

    /// <summary>
    /// Converts little-endian FP64 bytes, at any alignment, each rounded to the nearest FP32; what is too large becomes an infinity.
    /// </summary>
    /// <param name="source">Eight bytes per value.</param>
    /// <param name="destination">The results, in other memory.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    public static unsafe void FromDouble(ReadOnlySpan<byte> source, Span<float> destination)
    {
        RefuseBigEndian();
        Shape.HasLength(source.Length, sizeof(double) * destination.Length, "eight bytes per result");
        Shape.IsApart<float, byte>(destination, source);
        fixed (byte* from = source)
        fixed (float* to = destination)
        {
            Widening.FromDouble((double*)from, to, destination.Length);
        }
    }

    /// <exception cref="PlatformNotSupportedException">The machine is big-endian.</exception>
    internal static void RefuseBigEndian()
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Little-endian bytes are read as they lie, on little-endian machines only.");
        }
    }
}
