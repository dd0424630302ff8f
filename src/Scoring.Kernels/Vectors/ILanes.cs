using System.Runtime.Intrinsics;

namespace Scoring.Kernels.Vectors;

/// <summary>
/// Sixteen FP32 lanes, whatever the registers: one of 512 bits, two of 256 or four of 128. A kernel is written once over this type, and since every
/// operation here is exact to the bit on each implementation, so is the kernel.
/// </summary>
/// <remarks>No estimates (they differ between makers) and no operation whose rounding depends on the width: sums across lanes follow one tree.</remarks>
internal unsafe interface ILanes<T> where T : struct, ILanes<T>
{
    const int Count = 16;

    static abstract bool IsSupported { get; }

    /// <summary>Whether a loop has registers enough, 32, to keep its constants in.</summary>
    static abstract bool KeepsConstants { get; }

    /// <summary>
    /// Whether <see cref="Raise"/> gives an infinity or a NaN, and never a number that a sum would take, for any n that is too large for it. Whatever
    /// finite float it came from: all were tried.
    /// </summary>
    static abstract bool Saturates { get; }

    static abstract T Create(float value);

    static abstract T Load(float* source);

    /// <summary>Reads the first <paramref name="count"/> lanes and nothing behind them; the others get <paramref name="fill"/>.</summary>
    static abstract T LoadFirst(float* source, int count, T fill);

    static abstract void Store(T value, float* destination);

    /// <summary>Writes the first <paramref name="count"/> lanes and nothing behind them.</summary>
    static abstract void StoreFirst(T value, float* destination, int count);

    static abstract T operator +(T left, T right);

    static abstract T operator -(T left, T right);

    static abstract T operator *(T left, T right);

    static abstract T operator /(T left, T right);

    /// <summary>left · right + addend, rounded once.</summary>
    static abstract T MultiplyAdd(T left, T right, T addend);

    /// <summary>The larger; <paramref name="right"/> where either is NaN, so a NaN in <paramref name="right"/> gets through.</summary>
    static abstract T Max(T left, T right);

    /// <summary>The smaller; <paramref name="right"/> where either is NaN, so a NaN in <paramref name="right"/> gets through.</summary>
    static abstract T Min(T left, T right);

    /// <summary><paramref name="value"/> where left &gt; right, else +0.</summary>
    static abstract T WhereGreater(T left, T right, T value);

    /// <summary>2^(j/8 + shift) for j = 0..7, as <see cref="Raise"/> wants it; |shift| ≤ 100.</summary>
    static abstract T Eighths(int shift);

    /// <summary>
    /// (1 + rest) · 2^(n + shift of <paramref name="eighths"/>), and +0 where x &lt; floor; NaN where rest is. <paramref name="n"/> is in whole eighths, and
    /// <paramref name="biased"/> is n + 1.5 · 2^20, whose lowest bits are those of 8 · n. A result that is not 0 must be a normal number.
    /// </summary>
    static abstract T Raise(T eighths, T biased, T n, T rest, T x, T floor);

    /// <summary>The first two levels of the sum of all lanes: l and l + 8, then l and l + 4. <see cref="Across"/> has the rest.</summary>
    static abstract Vector128<float> Fold(T value);

    /// <summary>The largest lane; not defined when a lane is NaN.</summary>
    static abstract float Max(T value);

    /// <summary>A bit per lane, lowest first: left ≥ right. A NaN gives 0.</summary>
    static abstract uint GreaterOrEqual(T left, T right);

    /// <summary>A bit per lane, lowest first: left &lt; right. A NaN gives 0.</summary>
    static abstract uint Less(T left, T right);

    /// <summary>A bit per lane, lowest first: left or right is NaN.</summary>
    static abstract uint Unordered(T left, T right);
}
