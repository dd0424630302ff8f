using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>The logits themselves.</summary>
internal readonly unsafe struct PlainScores<TLanes> : IScores<TLanes> where TLanes : struct, ILanes<TLanes>
{
    public static bool HasLow => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load(float* row, nint column, out TLanes low)
    {
        low = default;
        return TLanes.Load(row + column);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes LoadFirst(float* row, nint column, int count, out TLanes low)
    {
        low = default;
        return TLanes.LoadFirst(row + column, count, TLanes.Create(float.NegativeInfinity));
    }
}
