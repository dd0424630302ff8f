using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>Logits over a temperature: times 1 / temperature, which is kept in two floats, with the error of the product kept as well.</summary>
internal readonly unsafe struct TemperedScores<TLanes>(Scale scale) : IScores<TLanes> where TLanes : struct, ILanes<TLanes>
{
    private readonly float _high = scale.High;
    private readonly float _low = scale.Low;

    public static bool HasLow => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load(float* row, nint column, out TLanes low) => Temper(TLanes.Load(row + column), out low);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes LoadFirst(float* row, nint column, int count, out TLanes low) =>
        Temper(TLanes.LoadFirst(row + column, count, TLanes.Create(float.NegativeInfinity)), out low);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes Temper(TLanes logits, out TLanes low)
    {
        TLanes product = logits * TLanes.Create(_high);
        TLanes error = TLanes.MultiplyAdd(logits, TLanes.Create(_high), TLanes.Create(0) - product);
        low = TLanes.MultiplyAdd(logits, TLanes.Create(_low), error);
        return product;
    }
}
