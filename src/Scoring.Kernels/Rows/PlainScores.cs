using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>The logits themselves.</summary>
internal readonly unsafe struct PlainScores<T> : IScores<T> where T : struct, ILanes<T>
{
    public static bool HasLow => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Load(float* row, nint column, out T low)
    {
        low = default;
        return T.Load(row + column);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T LoadFirst(float* row, nint column, int count, out T low)
    {
        low = default;
        return T.LoadFirst(row + column, count, T.Create(float.NegativeInfinity));
    }
}
