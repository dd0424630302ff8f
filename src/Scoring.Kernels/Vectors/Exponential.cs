using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Scoring.Kernels.Vectors;

/// <summary>
/// e^x · 2^shift for sixteen lanes, within 1.1 ULP. x = n · ln2/16 + r with whole n and |r| ≤ ln2/32: 2^(n/16) comes exactly scaled from a table of
/// sixteen, and e^r from a cubic.
/// </summary>
/// <remarks>
/// <para>The shift is whole, so results of two shifts differ by an exact power of two: which shift a row was given cannot be seen in its probabilities.</para>
/// <para>Results are held within 2^−125 … 2^100. The lower end is nothing beside a sum of at least <see cref="LeastSum"/>; a sum that met the upper end is
/// above <see cref="GreatestSum"/>. A NaN stays a NaN.</para>
/// <para>Method: P. T. P. Tang, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic", ACM TOMS 15(2), 1989.</para>
/// </remarks>
internal readonly struct Exponential<T> where T : struct, ILanes<T>
{
    /// <summary>A sum of results from 2^25 to 2^99 has lost nothing: what was held at the lower end is below half of the least subnormal beside it.</summary>
    public const double LeastSum = 1L << 25;

    public const double GreatestSum = (double)(1L << 49) * (1L << 50);

    /// <summary>The shift to try first: its sums stand for every row whose log-sum-exp is between −10 and 40.</summary>
    public const int UsualShift = 40;

    /// <summary>Arguments whose exponents this large are no longer reduced exactly.</summary>
    public const float GreatestArgument = 16384;

    /// <summary>More than rounding can leave over of <see cref="GreatestArgument"/>.</summary>
    private const float GreatestLow = 1f / 256;

    private const float Ln2 = 0.69314718f;

    private readonly T _magic;
    private readonly T _floor;
    private readonly T _ceiling;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Exponential(int shift)
    {
        Debug.Assert(Math.Abs(shift) < 24_000);
        _magic = T.Create(12582912f + (16 * shift));
        _floor = T.Create((-125 - shift) * Ln2);
        _ceiling = T.Create((100 - shift) * Ln2);
    }

    /// <summary>e^(x + low) · 2^shift, where <paramref name="low"/>, if there is any, is what rounding x left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of(T x, T low, bool hasLow)
    {
        x = T.Min(_ceiling, T.Max(_floor, x));
        T biased = T.MultiplyAdd(x, T.Create(23.08312f), _magic);
        T n = biased - _magic;
        T r = T.MultiplyAdd(n, T.Create(1.1904088825787085e-10f), T.MultiplyAdd(n, T.Create(-0.043321699f), x));
        if (hasLow)
        {
            // A score held at an end has no use for what rounding left over, which may then be large or not even a number.
            r += T.Min(T.Max(low, T.Create(-GreatestLow)), T.Create(GreatestLow));
        }

        T power = T.PowerOfTwoSixteenths(biased);
        T cubic = T.MultiplyAdd(T.MultiplyAdd(r, T.Create(0.16666992f), T.Create(0.50001685f)), r * r, r);
        return T.MultiplyAdd(power, cubic, power);
    }

    /// <summary>The same without a low part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of(T x) => Of(x, default, false);
}
