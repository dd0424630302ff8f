using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Scoring.Kernels.Vectors;

/// <summary>Conversions into FP32, sixteen at a time or, of FP64, eight. Sources and destinations may have any alignment.</summary>
internal static unsafe class Widening
{
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

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void FromDouble(double* source, float* destination, nint count)
    {
        nint i = 0;
        for (; i <= count - 8; i += 8)
        {
            Vector256.Narrow(Vector256.Load(source + i), Vector256.Load(source + i + 4)).Store(destination + i);
        }

        for (; i < count; i++)
        {
            destination[i] = (float)Unsafe.ReadUnaligned<double>(source + i);
        }
    }

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
