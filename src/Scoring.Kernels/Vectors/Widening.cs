using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Scoring.Kernels.Vectors;

/// <summary>Conversions into FP32, sixteen at a time or, of FP64, eight. Sources and destinations may have any alignment.</summary>
internal static unsafe class Widening
{
    /// <summary>What is as large is nearer to what would follow the greatest float than to that, and becomes an infinity.</summary>
    private const double TooLarge = 3.4028235677973366e38;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void FromHalf(ushort* source, float* destination, nint count)
    {
        nint i = 0;
        for (; i <= count - Lanes.Count; i += Lanes.Count)
        {
            (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(Vector256.Load(source + i));
            FromHalf(lower).Store(destination + i);
            FromHalf(upper).Store(destination + i + 8);
        }

        for (; i < count; i++)
        {
            destination[i] = (float)BitConverter.UInt16BitsToHalf(Unsafe.ReadUnaligned<ushort>(source + i));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void FromBFloat16(ushort* source, float* destination, nint count)
    {
        nint i = 0;
        for (; i <= count - Lanes.Count; i += Lanes.Count)
        {
            (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(Vector256.Load(source + i));
            Vector256.ShiftLeft(lower, 16).AsSingle().Store(destination + i);
            Vector256.ShiftLeft(upper, 16).AsSingle().Store(destination + i + 8);
        }

        for (; i < count; i++)
        {
            destination[i] = BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(source + i) << 16);
        }
    }

    /// <summary>Rounds each; whether FP32 holds every one that is finite.</summary>
    public static bool FromDouble(double* source, float* destination, nint count) => FromDouble(source, destination, count, 0);

    /// <summary>Rounds what each is more than <paramref name="origin"/>; whether FP32 holds every one that is finite.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static bool FromDouble(double* source, float* destination, nint count, double origin)
    {
        Vector256<double> from = Vector256.Create(origin), infinity = Vector256.Create(double.PositiveInfinity), lost = Vector256<double>.Zero;
        Vector256<double> tooLarge = Vector256.Create(TooLarge);
        for (nint i = 0; i <= count - 8; i = Next(i, count, 8))
        {
            Vector256<double> first = Vector256.Load(source + i), second = Vector256.Load(source + i + 4);
            Vector256<double> firstLess = first - from, secondLess = second - from;
            Vector256.Narrow(firstLess, secondLess).Store(destination + i);
            lost |= Vector256.GreaterThanOrEqual(Vector256.Abs(firstLess), tooLarge) & Vector256.LessThan(Vector256.Abs(first), infinity);
            lost |= Vector256.GreaterThanOrEqual(Vector256.Abs(secondLess), tooLarge) & Vector256.LessThan(Vector256.Abs(second), infinity);
        }

        bool isLost = lost != Vector256<double>.Zero;
        for (nint i = count < 8 ? 0 : count; i < count; i++)
        {
            double value = Unsafe.ReadUnaligned<double>(source + i);
            destination[i] = (float)(value - origin);
            isLost |= double.IsFinite(value) && !float.IsFinite(destination[i]);
        }

        return !isLost;
    }

    /// <summary>Whether FP32 holds all of them exactly; where not, not all of them are there.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static bool FromDoubleExactly(double* source, float* destination, nint count)
    {
        nint i = 0;
        for (; i <= count - 8; i += 8)
        {
            Vector256<double> first = Vector256.Load(source + i), second = Vector256.Load(source + i + 4);
            Vector256<float> rounded = Vector256.Narrow(first, second);
            rounded.Store(destination + i);
            (Vector256<double> firstAgain, Vector256<double> secondAgain) = Vector256.Widen(rounded);
            if (!Vector256.EqualsAll(firstAgain, first) || !Vector256.EqualsAll(secondAgain, second))
            {
                return false;
            }
        }

        for (; i < count; i++)
        {
            double value = Unsafe.ReadUnaligned<double>(source + i);
            destination[i] = (float)value;
            if (destination[i] != value)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The greatest; NaN where there is one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static double Maximum(double* source, nint count)
    {
        Vector256<double> first = Vector256.Create(double.NegativeInfinity), second = first;
        nint i = 0;
        for (; i <= count - 8; i += 8)
        {
            first = Vector256.Max(first, Vector256.Load(source + i));
            second = Vector256.Max(second, Vector256.Load(source + i + 4));
        }

        for (; i <= count - 4; i = Next(i, count, 4))
        {
            first = Vector256.Max(first, Vector256.Load(source + i));
        }

        first = Vector256.Max(first, second);
        double greatest = Math.Max(Math.Max(first[0], first[1]), Math.Max(first[2], first[3]));
        for (i = count < 4 ? 0 : count; i < count; i++)
        {
            greatest = Math.Max(greatest, Unsafe.ReadUnaligned<double>(source + i));
        }

        return greatest;
    }

    /// <summary>Where the next so many are: at the end those that end with the last, of which some were there before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Next(nint i, nint count, nint step) => i + step < count && i + (2 * step) > count ? count - step : i + step;

    // Exponent and fraction moved to where FP32 has them, and times 2^112 for the difference of the biases: exact, for subnormals too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FromHalf(Vector256<uint> half)
    {
        Vector256<uint> magnitude = Vector256.ShiftLeft(half & Vector256.Create(0x7FFFu), 13);
        Vector256<uint> sign = Vector256.ShiftLeft(half & Vector256.Create(0x8000u), 16);
        Vector256<uint> value = (magnitude.AsSingle() * Vector256.Create(5.192296858534828e33f)).AsUInt32();

        // Infinities and NaNs have every bit of the exponent set, here as there.
        Vector256<uint> special = Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create((0x7C00 << 13) - 1)).AsUInt32();
        return (value | sign | (special & Vector256.Create(0x7F800000u))).AsSingle();
    }
}
