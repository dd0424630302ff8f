using System.Runtime.CompilerServices;

namespace Scoring.Kernels.Vectors;

/// <summary>
/// Where addresses lie within a page of 4 KB. Processors tell by no more than that whether a load must wait for an older store, so that a loop whose
/// loads run a few vectors ahead of its stores, within the page, waits for stores to quite other places: measured, up to 1.6 times as long.
/// </summary>
internal static unsafe class PageOffset
{
    public const int Page = 4096;

    /// <summary>What an out-of-order processor has under way at a time, in bytes of one array.</summary>
    private const int Ahead = 256;

    /// <summary>Whether a loop from the first column to the last would wait so. One from the last to the first then does not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Collides(float* loads, float* stores) => (((nint)stores - (nint)loads) & (Page - 1)) is > 0 and < Ahead;

    /// <summary>
    /// The place in some memory, of whose beginning a page is spare, that lies half a page from some floats, so that no loop from these to it, or
    /// back, collides; aligned to a cache line.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Away(float* floats, byte* memory) =>
        (float*)(memory + (((((nint)floats + (Page / 2)) & ~63) - (nint)memory) & (Page - 1)));
}
