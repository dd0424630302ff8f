using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>A row of FP64 as the FP32 that kernels take. A finite logit that FP32 cannot hold becomes a NaN, never a mask.</summary>
/// <remarks>Sources and destinations may have any alignment. What is returned is the first column with such a logit, or −1.</remarks>
internal static unsafe class DoubleRow
{
    /// <summary>Rounds each logit.</summary>
    public static int Round(ReadOnlySpan<byte> source, Span<float> destination)
    {
        fixed (byte* from = source)
        fixed (float* to = destination)
        {
            return Round((double*)from, to, destination.Length);
        }
    }

    /// <summary>
    /// Takes the row's greatest logit from each before it is rounded, where only differences count: the closer a class comes to the best, the more
    /// of it is kept. A row that FP32 holds as it is keeps its logits, and has the results of FP32.
    /// </summary>
    /// <param name="source">The row, as bytes.</param>
    /// <param name="destination">As many results.</param>
    /// <param name="origin">What was taken from each.</param>
    public static int Center(ReadOnlySpan<byte> source, Span<float> destination, out double origin)
    {
        fixed (byte* from = source)
        fixed (float* to = destination)
        {
            return Center((double*)from, to, destination.Length, out origin);
        }
    }

    private static int Center(double* source, float* destination, int count, out double origin)
    {
        origin = 0;
        if (Widening.FromDoubleExactly(source, destination, count))
        {
            return -1;
        }

        double greatest = Widening.Maximum(source, count);
        if (!double.IsFinite(greatest))
        {
            // It has a NaN or a +∞, and no score whatever is taken from it.
            return Round(source, destination, count);
        }

        origin = greatest;
        return Widening.FromDouble(source, destination, count, origin) ? -1 : RoundOneByOne(source, destination, count, origin);
    }

    private static int Round(double* source, float* destination, int count) =>
        Widening.FromDouble(source, destination, count) ? -1 : RoundOneByOne(source, destination, count, 0);

    private static int RoundOneByOne(double* source, float* destination, int count, double origin)
    {
        int first = -1;
        for (int i = 0; i < count; i++)
        {
            double logit = Unsafe.ReadUnaligned<double>(source + i);
            destination[i] = (float)(logit - origin);
            if (double.IsFinite(logit) && !float.IsFinite(destination[i]))
            {
                destination[i] = float.NaN;
                first = first < 0 ? i : first;
            }
        }

        return first >= 0 && float.IsFinite((float)Unsafe.ReadUnaligned<double>(source + first)) ? ColumnOf(source, origin) : first;
    }

    /// <summary>It is the greatest that FP32 cannot hold, where others are too far from it.</summary>
    private static int ColumnOf(double* source, double greatest)
    {
        int column = 0;
        while (Unsafe.ReadUnaligned<double>(source + column) != greatest)
        {
            column++;
        }

        return column;
    }
}
