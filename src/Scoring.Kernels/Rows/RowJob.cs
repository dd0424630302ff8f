using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>What a kernel works on. The memory belongs to the caller, who has checked its lengths and pinned it.</summary>
internal readonly unsafe struct RowJob
{
    /// <summary>Logits that stay in the cache of one core with their results: together 1 MiB.</summary>
    private const int GreatestCached = 1 << 17;

    public required float* Logits { get; init; }

    public required int Rows { get; init; }

    public required int Classes { get; init; }

    /// <summary>From one row's first logit to the next's: more than <see cref="Classes"/> where a job covers a part of each row.</summary>
    public required int Stride { get; init; }

    public Scale Scale { get; init; }

    /// <summary>Rows × classes floats, or one float a row, as the kernel has it; may be <see cref="Logits"/> when it is rows × classes.</summary>
    public float* Output { get; init; }

    /// <summary>Class indices: one a row, or <see cref="K"/>.</summary>
    public int* Indices { get; init; }

    /// <summary>
    /// One of the indices, which is a class whatever the caller's other threads have made of that memory since it was checked or written.
    /// </summary>
    public int Class(int* index) => (int)Math.Min((uint)*index, (uint)Classes - 1);

    /// <summary>A 0 or 1 per logit.</summary>
    public byte* Labels { get; init; }

    /// <summary>How many of a row's classes are wanted.</summary>
    public int K { get; init; }

    public TopKResults Results { get; init; }

    /// <summary>
    /// Whether loops from a row's first column to its last would wait for their own stores. Not so where memory is what they wait for, which is
    /// better read in that order.
    /// </summary>
    public bool Collides => (long)Rows * Classes <= GreatestCached && PageOffset.Collides(Logits, Output);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* Row(int row) => Logits + ((nint)row * Stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* OutputRow(int row) => Output + ((nint)row * Stride);
}
