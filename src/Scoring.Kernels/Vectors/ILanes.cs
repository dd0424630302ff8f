using System.Runtime.Intrinsics;

namespace Scoring.Kernels.Vectors;

/// <summary>
/// Sixteen FP32 lanes, whatever the registers: one of 512 bits, two of 256 or four of 128. A kernel is written once over this type, and since every
/// operation here is exact to the bit on each implementation, so is the kernel.
/// </summary>
/// <remarks>
/// No estimates (they differ between makers) and no operation whose rounding depends on the width: sums across lanes follow one tree.
/// </remarks>
internal unsafe interface ILanes<TLanes> where TLanes : struct, ILanes<TLanes>
{
    static abstract bool IsSupported { get; }

    /// <summary>Whether a loop has registers enough, 32, to keep its constants in.</summary>
    static abstract bool KeepsConstants { get; }

    /// <summary>
    /// Whether <see cref="Raise"/> gives an infinity or a NaN, and never a number that a sum would take, for any n that is too large for it. Whatever
    /// finite float it came from: all were tried.
    /// </summary>
    static abstract bool Saturates { get; }

    static abstract TLanes Create(float value);

    static abstract TLanes Load(float* source);

    /// <summary>Reads the first <paramref name="count"/> lanes and nothing behind them; the others get <paramref name="fill"/>.</summary>
    static abstract TLanes LoadFirst(float* source, int count, TLanes fill);

    static abstract void Store(TLanes value, float* destination);

    /// <summary>Writes the first <paramref name="count"/> lanes and nothing behind them.</summary>
    static abstract void StoreFirst(TLanes value, float* destination, int count);

    static abstract TLanes operator +(TLanes left, TLanes right);

    static abstract TLanes operator -(TLanes left, TLanes right);

    static abstract TLanes operator *(TLanes left, TLanes right);

    static abstract TLanes operator /(TLanes left, TLanes right);

    /// <summary>left · right + addend, rounded once.</summary>
    static abstract TLanes MultiplyAdd(TLanes left, TLanes right, TLanes addend);

    /// <summary>The larger; <paramref name="right"/> where either is NaN, so a NaN in <paramref name="right"/> gets through.</summary>
    static abstract TLanes Max(TLanes left, TLanes right);

    /// <summary>The smaller; <paramref name="right"/> where either is NaN, so a NaN in <paramref name="right"/> gets through.</summary>
    static abstract TLanes Min(TLanes left, TLanes right);

    /// <summary><paramref name="value"/> where left &gt; right, else +0.</summary>
    static abstract TLanes WhereGreater(TLanes left, TLanes right, TLanes value);

    /// <summary>2^(j/8 + shift) for j = 0..7, as <see cref="Raise"/> wants it; |shift| ≤ 100.</summary>
    static abstract TLanes Eighths(int shift);

    /// <summary>
    /// (1 + rest) · 2^(n + shift of <paramref name="eighths"/>), and +0 where x &lt; floor; NaN where rest is. <paramref name="n"/> is in whole
    /// eighths, and
    /// <paramref name="biased"/> is n + 1.5 · 2^20, whose lowest bits are those of 8 · n. A result that is not 0 must be a normal number.
    /// </summary>
    static abstract TLanes Raise(TLanes eighths, TLanes biased, TLanes n, TLanes rest, TLanes x, TLanes floor);

    /// <summary>The first two levels of the sum of all lanes: l and l + 8, then l and l + 4. <see cref="Across"/> has the rest.</summary>
    static abstract Vector128<float> Fold(TLanes value);

    /// <summary>The largest lane; not defined when a lane is NaN.</summary>
    static abstract float Max(TLanes value);

    /// <summary>A bit per lane, lowest first: left ≥ right. A NaN gives 0.</summary>
    static abstract uint GreaterOrEqual(TLanes left, TLanes right);

    /// <summary>A bit per lane, lowest first: left &lt; right. A NaN gives 0.</summary>
    static abstract uint Less(TLanes left, TLanes right);

    /// <summary>A bit per lane, lowest first: left or right is NaN.</summary>
    static abstract uint Unordered(TLanes left, TLanes right);
}
