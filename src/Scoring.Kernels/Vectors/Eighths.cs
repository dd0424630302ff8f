using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Scoring.Kernels.Vectors;

/// <summary>2^(j/8) for j = 0..7, as the bits of floats. The memory belongs to the module and never moves.</summary>
/// <remarks>
/// Bytes, lowest first, because those lie in the module as they are written: a span of wider literals is an allocation each time where the compiler
/// does not optimize.
/// </remarks>
internal static unsafe class Eighths
{
    public static float* Bits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Address(
        [
            0x00, 0x00, 0x80, 0x3F, 0xC2, 0x95, 0x8B, 0x3F, 0xF0, 0x37, 0x98, 0x3F, 0xD7, 0xFE, 0xA5, 0x3F,
            0xF3, 0x04, 0xB5, 0x3F, 0x2A, 0x67, 0xC5, 0x3F, 0xFD, 0x44, 0xD7, 0x3F, 0xC7, 0xC0, 0xEA, 0x3F,
        ]);
    }

    /// <summary>Less j · 2^20 each: adding 8 · n · 2^20 then gives the bits of 2^n, for n in whole eighths.</summary>
    public static float* BitsLessSteps
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Address(
        [
            0x00, 0x00, 0x80, 0x3F, 0xC2, 0x95, 0x7B, 0x3F, 0xF0, 0x37, 0x78, 0x3F, 0xD7, 0xFE, 0x75, 0x3F,
            0xF3, 0x04, 0x75, 0x3F, 0x2A, 0x67, 0x75, 0x3F, 0xFD, 0x44, 0x77, 0x3F, 0xC7, 0xC0, 0x7A, 0x3F,
        ]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Address(ReadOnlySpan<byte> entries) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(entries));
}
