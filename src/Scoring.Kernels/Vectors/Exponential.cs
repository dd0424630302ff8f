using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Scoring.Kernels.Vectors;

/// <summary>
/// e^x · 2^shift for sixteen lanes, within 1.1 ULP. x = n · ln2/16 + r with whole n and |r| ≤ ln2/32: 2^(n/16) comes exactly scaled from a table of
/// sixteen, and e^r from a cubic.
/// </summary>
/// <remarks>
/// <para>The shift is whole, so results of two shifts differ by an exact power of two: which shift a row was given cannot be seen in its probabilities.</para>
/// <para>What would be below 2^−125 is 0, which is nothing beside a sum of at least <see cref="LeastSum"/>; what would be above 2^100 is that, and its sum is
/// above <see cref="GreatestSum"/>. A NaN stays a NaN.</para>
/// <para>Method: P. T. P. Tang, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic", ACM TOMS 15(2), 1989.</para>
/// </remarks>
internal readonly struct Exponential<T> where T : struct, ILanes<T>
{
    /// <summary>A sum of results from 2^25 to 2^99 has lost nothing: what was taken for 0 is less than half of the least subnormal of it.</summary>
    public const double LeastSum = 1L << 25;

    public const double GreatestSum = (double)(1L << 49) * (1L << 50);

    /// <summary>The shift to try first: its sums stand for every row whose log-sum-exp is between −10 and 40.</summary>
    public const int UsualShift = 40;

    /// <summary>Arguments whose exponents this large are no longer reduced exactly.</summary>
    public const float GreatestArgument = 16384;

    /// <summary>More than rounding can leave over of <see cref="GreatestArgument"/>.</summary>
    private const float GreatestLow = 1f / 256;

    private const float Ln2 = 0.69314718f;

    // One float each: a vector of two registers would hold each value twice.
    private readonly float _magic;
    private readonly float _floor;
    private readonly float _ceiling;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Exponential(int shift)
    {
        Debug.Assert(Math.Abs(shift) < 24_000);
        _magic = 12582912f + (16 * shift);
        _floor = (-125 - shift) * Ln2;
        _ceiling = (100 - shift) * Ln2;
    }

    /// <summary>e^(x + low) · 2^shift, where <paramref name="low"/>, if there is any, is what rounding x left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of(T x, T low, bool hasLow)
    {
        x = T.Min(T.Create(_ceiling), x);
        T biased = T.MultiplyAdd(x, T.Create(23.08312f), T.Create(_magic));
        T n = biased - T.Create(_magic);
        T coarse = T.MultiplyAdd(n, T.Create(-0.043321699f), x);

        // What is left of the reduction is too small to matter in r² and r³, so these need not wait for it.
        T correction = T.Create(1.1904088825787085e-10f);
        T r = hasLow ? coarse + T.MultiplyAdd(n, correction, Hold(low)) : T.MultiplyAdd(n, correction, coarse);
        T quadratic = T.MultiplyAdd(coarse, T.Create(0.16666992f), T.Create(0.50001685f));
        T power = T.PowerOfTwoSixteenths(biased);
        T cubic = T.MultiplyAdd(quadratic, coarse * coarse, r);
        return T.ZeroWhereLess(x, T.Create(_floor), T.MultiplyAdd(power, cubic, power));
    }

    /// <summary>The same without a low part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of(T x) => Of(x, default, false);

    // A score held at an end has no use for what rounding left over, which may then be large or not even a number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Hold(T low) => T.Min(T.Max(low, T.Create(-GreatestLow)), T.Create(GreatestLow));
}
