using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Scoring.Kernels.Vectors;

/// <summary>
/// Writes a part of sixteen lanes as eight, four, two and one: the branches are the same row after row, and masked stores are slow on some makes.
/// </summary>
internal static unsafe class PartialStore
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> lower, Vector256<float> upper, float* destination, int count)
    {
        if (count >= 8)
        {
            lower.Store(destination);
            destination += 8;
            lower = upper;
        }

        Vector128<float> four = lower.GetLower();
        if ((count & 4) != 0)
        {
            four.Store(destination);
            destination += 4;
            four = lower.GetUpper();
        }

        if ((count & 2) != 0)
        {
            four.GetLower().Store(destination);
            destination += 2;
            four = Vector128.Shuffle(four, Vector128.Create(2, 3, 2, 3));
        }

        if ((count & 1) != 0)
        {
            *destination = four.ToScalar();
        }
    }
}
