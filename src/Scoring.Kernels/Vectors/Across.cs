using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Scoring.Kernels.Vectors;

/// <summary>The last two levels of the trees across lanes, the same for every width.</summary>
internal static class Across
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> four)
    {
        Vector128<float> two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
        return two.ToScalar() + two.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector128<float> four)
    {
        Vector128<float> two = Larger(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        float first = two.ToScalar(), second = two.GetElement(1);
        return first > second ? first : second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Larger(Vector128<float> left, Vector128<float> right) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(left, right), left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Smaller(Vector128<float> left, Vector128<float> right) =>
        Vector128.ConditionalSelect(Vector128.LessThan(left, right), left, right);
}
