using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Scoring.Kernels.Vectors;

/// <summary>
/// e^x · 2^shift for sixteen lanes, within 1.1 ULP. x = n · ln2 + r with n in whole eighths and |r| ≤ ln2/16: 2^n comes from a table of
/// eight, and e^r from a cubic.
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

    private const float Ln2 = 0.693147182f;
    private const float Log2E = 1.44269502f;

    /// <summary>What ln 2 is less than the float nearest to it.</summary>
    private const float Ln2Excess = 1.904654323e-9f;

    private const float Quadratic = 0.500064552f;
    private const float Cubic = 0.166668594f;

    /// <summary>1.5 · 2^20: a float this large has steps of 1/8, so adding it rounds to a whole eighth and leaves the bits of that lowest.</summary>
    private const float Magic = 1572864;

    private readonly T _eighths;
    private readonly T _floor;
    private readonly T _ceiling;

    // What of the shift is too much for the table.
    private readonly float _further;

    // The constants once more, for processors that can keep them all in registers.
    private readonly T _log2E;
    private readonly T _magic;
    private readonly T _minusLn2;
    private readonly T _ln2Excess;
    private readonly T _cubic;
    private readonly T _quadratic;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe Exponential(int shift)
    {
        Debug.Assert(Math.Abs(shift) < 24_000);
        int tabled = Math.Clamp(shift, -100, 100);
        _eighths = T.Eighths(tabled);
        _further = shift - tabled;
        _floor = T.Create((-125 - shift) * Ln2);
        _ceiling = T.Create((100 - shift) * Ln2);
        if (T.KeepsConstants)
        {
            (_log2E, _magic) = (T.Create(Constants[0]), T.Create(Constants[1]));
            (_minusLn2, _ln2Excess) = (T.Create(Constants[2]), T.Create(Constants[3]));
            (_cubic, _quadratic) = (T.Create(Constants[4]), T.Create(Constants[5]));
        }
    }

    /// <summary>
    /// Log2E, Magic, −Ln2, Ln2Excess, Cubic and Quadratic from memory, since the compiler would rather read a constant that it knows anew each time than keep it. In bytes, as
    /// <see cref="Vectors.Eighths"/> are.
    /// </summary>
    private static unsafe float* Constants
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference<byte>(
        [
            0x3B, 0xAA, 0xB8, 0x3F, 0x00, 0x00, 0xC0, 0x49, 0x18, 0x72, 0x31, 0xBF,
            0x08, 0xE3, 0x02, 0x31, 0x2C, 0xAB, 0x2A, 0x3E, 0x3B, 0x04, 0x00, 0x3F,
        ]));
    }

    /// <summary>e^(x + low) · 2^shift, where <paramref name="low"/>, if there is any, is what rounding x left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of(T x, T low, bool hasLow) => OfBounded(T.Min(_ceiling, x), low, hasLow);

    /// <summary>The same for a term of a sum, which may be an infinity or a NaN where x is too large: so is its sum then, which tells.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T OfTerm(T x, T low, bool hasLow) => T.Saturates && !hasLow ? OfBounded(x, low, hasLow) : Of(x, low, hasLow);

    /// <summary>The same for an x that is known not to be too large, as no score is in a row whose sum was exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T OfBounded(T x, T low, bool hasLow)
    {
        T magic = T.KeepsConstants ? _magic : T.Create(Magic);
        T biased = T.MultiplyAdd(x, T.KeepsConstants ? _log2E : T.Create(Log2E), magic);
        T n = biased - magic;
        T r = T.MultiplyAdd(n, T.KeepsConstants ? _minusLn2 : T.Create(-Ln2), x);
        T excess = T.KeepsConstants ? _ln2Excess : T.Create(Ln2Excess);
        r = hasLow ? r + T.MultiplyAdd(n, excess, Hold(low)) : T.MultiplyAdd(n, excess, r);
        T quadratic = T.MultiplyAdd(r, T.KeepsConstants ? _cubic : T.Create(Cubic), T.KeepsConstants ? _quadratic : T.Create(Quadratic));
        T cubic = T.MultiplyAdd(quadratic, r * r, r);
        if (_further != 0)
        {
            biased += T.Create(_further);
            n += T.Create(_further);
        }

        return T.Raise(_eighths, biased, n, cubic, x, _floor);
    }

    /// <summary>The same without a low part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of(T x) => Of(x, default, false);

    // A score held at an end has no use for what rounding left over, which may then be large or not even a number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Hold(T low) => T.Min(T.Max(low, T.Create(-GreatestLow)), T.Create(GreatestLow));
}
