using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>The sums of four rows under the usual shift, and 1 / sum of each in two floats: with the bits each row would have alone.</summary>
internal readonly struct FourSums
{
    private FourSums(Vector128<float> high, Vector128<float> low) => (High, Low) = (high, low);

    public Vector128<float> High { get; }

    public Vector128<float> Low { get; }

    /// <summary>From the folded sums; false if one of them is out of the range in which its shift has lost nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryInvert<TLanes>(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d, out FourSums sums)
        where TLanes : struct, ILanes<TLanes>
    {
        Vector128<float> four = Across.Sum(a, b, c, d);
        Vector128<float> least = Vector128.Create(
            (float)Exponential<TLanes>.LeastSum), greatest = Vector128.Create((float)Exponential<TLanes>.GreatestSum);
        (Vector128<double> first, Vector128<double> second) = Vector128.Widen(four);
        (first, second) = (Vector128<double>.One / first, Vector128<double>.One / second);
        Vector128<float> high = Vector128.Narrow(first, second);
        (Vector128<double> highFirst, Vector128<double> highSecond) = Vector128.Widen(high);
        sums = new FourSums(high, Vector128.Narrow(first - highFirst, second - highSecond));
        return Vector128.GreaterThanOrEqualAll(four, least) && Vector128.LessThanOrEqualAll(four, greatest);
    }
}
