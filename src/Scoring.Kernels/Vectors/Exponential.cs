using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Scoring.Kernels.Vectors;

/// <summary>
/// e^x · 2^shift for sixteen lanes, within 1.1 ULP. x = n · ln2 + r with n in whole eighths and |r| ≤ ln2/16: 2^n comes from a table of
/// eight, and e^r from a cubic.
/// </summary>
/// <remarks>
/// <para>The shift is whole, so results of two shifts differ by an exact power of two: which shift a row was given cannot be seen in its
/// probabilities.</para>
/// <para>What would be below 2^−125 is 0, which is nothing beside a sum of at least <see cref="LeastSum"/>; what would be above 2^100 is that, and
/// its sum is above <see cref="GreatestSum"/>. A NaN stays a NaN.</para>
/// <para>Method: P. T. P. Tang, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic", ACM TOMS 15(2),
/// 1989.</para>
/// </remarks>
internal readonly struct Exponential<TLanes> where TLanes : struct, ILanes<TLanes>
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

    private readonly TLanes _eighths;
    private readonly TLanes _floor;
    private readonly TLanes _ceiling;

    // What of the shift is too much for the table.
    private readonly float _further;

    // The constants once more, for processors that can keep them all in registers.
    private readonly TLanes _log2E;
    private readonly TLanes _magic;
    private readonly TLanes _minusLn2;
    private readonly TLanes _ln2Excess;
    private readonly TLanes _cubic;
    private readonly TLanes _quadratic;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe Exponential(int shift)
    {
        Debug.Assert(Math.Abs(shift) < 24_000);
        int tabled = Math.Clamp(shift, -100, 100);
        _eighths = TLanes.Eighths(tabled);
        _further = shift - tabled;
        _floor = TLanes.Create((-125 - shift) * Ln2);
        _ceiling = TLanes.Create((100 - shift) * Ln2);
        if (TLanes.KeepsConstants)
        {
            (_log2E, _magic) = (TLanes.Create(Constants[0]), TLanes.Create(Constants[1]));
            (_minusLn2, _ln2Excess) = (TLanes.Create(Constants[2]), TLanes.Create(Constants[3]));
            (_cubic, _quadratic) = (TLanes.Create(Constants[4]), TLanes.Create(Constants[5]));
        }
    }

    /// <summary>
    /// Log2E, Magic, −Ln2, Ln2Excess, Cubic and Quadratic from memory, since the compiler would rather read a constant that it knows anew each time
    /// than keep it. In bytes, as
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
    public TLanes Of(TLanes x, TLanes low, bool hasLow) => OfBounded(TLanes.Min(_ceiling, x), low, hasLow);

    /// <summary>The same for a term of a sum, which may be an infinity or a NaN where x is too large: so is its sum then, which tells.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes OfTerm(TLanes x, TLanes low, bool hasLow) => TLanes.Saturates && !hasLow ? OfBounded(x, low, hasLow) : Of(x, low, hasLow);

    /// <summary>The same for an x that is known not to be too large, as no score is in a row whose sum was exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes OfBounded(TLanes x, TLanes low, bool hasLow)
    {
        TLanes magic = TLanes.KeepsConstants ? _magic : TLanes.Create(Magic);
        TLanes biased = TLanes.MultiplyAdd(x, TLanes.KeepsConstants ? _log2E : TLanes.Create(Log2E), magic);
        TLanes n = biased - magic;
        TLanes r = TLanes.MultiplyAdd(n, TLanes.KeepsConstants ? _minusLn2 : TLanes.Create(-Ln2), x);
        TLanes excess = TLanes.KeepsConstants ? _ln2Excess : TLanes.Create(Ln2Excess);
        r = hasLow ? r + TLanes.MultiplyAdd(n, excess, Hold(low)) : TLanes.MultiplyAdd(n, excess, r);
        TLanes quadratic = TLanes.MultiplyAdd(
            r, TLanes.KeepsConstants ? _cubic : TLanes.Create(Cubic), TLanes.KeepsConstants ? _quadratic : TLanes.Create(Quadratic));
        TLanes cubic = TLanes.MultiplyAdd(quadratic, r * r, r);
        if (_further != 0)
        {
            biased += TLanes.Create(_further);
            n += TLanes.Create(_further);
        }

        return TLanes.Raise(_eighths, biased, n, cubic, x, _floor);
    }

    /// <summary>The same without a low part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Of(TLanes x) => Of(x, default, false);

    // A score held at an end has no use for what rounding left over, which may then be large or not even a number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Hold(TLanes low) => TLanes.Min(TLanes.Max(low, TLanes.Create(-GreatestLow)), TLanes.Create(GreatestLow));
}
