using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Scoring.Kernels.Rows;

/// <summary>Ranked by its value, a logit: one key with the value's order above and the index below, the smallest being the best.</summary>
internal readonly unsafe struct LogitCandidate : ICandidate<LogitCandidate>
{
    private readonly ulong _key;

    private LogitCandidate(ulong key) => _key = key;

    public static bool RanksBeyondValues => false;

    public int Column => (int)(uint)_key;

    /// <summary>Of an equal value is only what comes after this one.</summary>
    public float BoundBefore => Ordered.Value(~(uint)(_key >> 32) + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LogitCandidate Of(in RowJob job, float* row, int column, float value) => new(((ulong)~Ordered.Of(value) << 32) | (uint)column);

    public static float Bound(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sort(Span<LogitCandidate> candidates) => MemoryMarshal.Cast<LogitCandidate, ulong>(candidates).Sort();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsBefore(in LogitCandidate other) => _key < other._key;
}
