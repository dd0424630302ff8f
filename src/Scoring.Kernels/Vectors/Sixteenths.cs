using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Scoring.Kernels.Vectors;

/// <summary>2^(j/16) for j = 0..15 as bits, less j · 2^19: adding n · 2^19 then gives the bits of 2^(n/16) for any n with n mod 16 = j.</summary>
internal static unsafe class Sixteenths
{
    private static ReadOnlySpan<int> Bits =>
    [
        0x3F800000, 0x3F7DAAC3, 0x3F7B95C2, 0x3F79C3D3, 0x3F7837F0, 0x3F76F532, 0x3F75FED7, 0x3F75583F,
        0x3F7504F3, 0x3F7508A4, 0x3F75672A, 0x3F76248C, 0x3F7744FD, 0x3F78CCDF, 0x3F7AC0C7, 0x3F7D257D,
    ];

    /// <summary>The sixteen entries; the memory belongs to the module and never moves.</summary>
    public static float* Table
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Bits));
    }
}
