using System.Diagnostics;

namespace Scoring.Kernels.Rows;

/// <summary>The natural logarithm in float64, out of additions, products and one division only: the C library's differs between systems.</summary>
internal static class Logarithm
{
    private const double Ln2High = 0.693147180369123816490;
    private const double Ln2Low = 1.90821492927058770002e-10;

    /// <summary>ln x of a positive normal number, within 1e-15 of it or of ln 2, whichever is larger.</summary>
    public static double Of(double x)
    {
        Debug.Assert(double.IsNormal(x) && x > 0);

        // x = 2^exponent · m with m from √½ to √2; ln m = 2 artanh((m − 1) / (m + 1)).
        const long SqrtHalf = 0x3FE6A09E667F3BCD;
        long bits = BitConverter.DoubleToInt64Bits(x) - SqrtHalf;
        long exponent = bits >> 52;
        double m = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) + SqrtHalf);
        return (exponent * Ln2High) + ((exponent * Ln2Low) + OfOnePlus(m - 1, m + 1));
    }

    /// <summary>ln(1 + x) for x from 0 to 1, with a small relative error however small x is.</summary>
    public static double OnePlus(double x)
    {
        Debug.Assert(x is >= 0 and <= 1);
        return x < 0.41 ? OfOnePlus(x, 2 + x) : Of(1 + x);
    }

    // 2 artanh(s) with s = numerator / denominator and |s| ≤ 0.1716, by its series.
    private static double OfOnePlus(double numerator, double denominator)
    {
        double s = numerator / denominator;
        double square = s * s;
        double series = 1.0 / 21;
        series = (series * square) + (1.0 / 19);
        series = (series * square) + (1.0 / 17);
        series = (series * square) + (1.0 / 15);
        series = (series * square) + (1.0 / 13);
        series = (series * square) + (1.0 / 11);
        series = (series * square) + (1.0 / 9);
        series = (series * square) + (1.0 / 7);
        series = (series * square) + (1.0 / 5);
        series = (series * square) + (1.0 / 3);
        return (2 * s) + (2 * s * square * series);
    }
}
