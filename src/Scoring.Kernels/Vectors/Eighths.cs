using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Scoring.Kernels.Vectors;

/// <summary>2^(j/8) for j = 0..7, as the bits of floats. The memory belongs to the module and never moves.</summary>
internal static unsafe class Eighths
{
    public static float* Bits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Address([0x3F800000, 0x3F8B95C2, 0x3F9837F0, 0x3FA5FED7, 0x3FB504F3, 0x3FC5672A, 0x3FD744FD, 0x3FEAC0C7]);
    }

    /// <summary>Less j · 2^20 each: adding 8 · n · 2^20 then gives the bits of 2^n, for n in whole eighths.</summary>
    public static float* BitsLessSteps
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Address([0x3F800000, 0x3F7B95C2, 0x3F7837F0, 0x3F75FED7, 0x3F7504F3, 0x3F75672A, 0x3F7744FD, 0x3F7AC0C7]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Address(ReadOnlySpan<int> entries) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(entries));
}
