using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>Logits over a temperature plus a bias per class, with the errors of the product and of the sum kept.</summary>
internal readonly unsafe struct BiasedScores<TLanes>(Scale scale) : IScores<TLanes> where TLanes : struct, ILanes<TLanes>
{
    private readonly float _high = scale.High;
    private readonly float _low = scale.Low;
    private readonly float* _bias = scale.Bias;

    public static bool HasLow => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load(float* row, nint column, out TLanes low) => Score(TLanes.Load(row + column), TLanes.Load(_bias + column), out low);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes LoadFirst(float* row, nint column, int count, out TLanes low) =>
        Score(
            TLanes.LoadFirst(row + column, count, TLanes.Create(float.NegativeInfinity)),
            TLanes.LoadFirst(_bias + column, count, TLanes.Create(0)),
            out low);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes Score(TLanes logits, TLanes bias, out TLanes low)
    {
        TLanes product = Temper(logits, out TLanes error);
        return Add(product, error, bias, out low);
    }

    /// <summary>logit / temperature, and what rounding it left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Temper(TLanes logits, out TLanes error)
    {
        TLanes product = logits * TLanes.Create(_high);
        error = TLanes.MultiplyAdd(logits, TLanes.Create(_low), TLanes.MultiplyAdd(logits, TLanes.Create(_high), TLanes.Create(0) - product));
        return product;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Add(TLanes product, TLanes error, TLanes bias, out TLanes low)
    {
        // What rounding product + bias leaves over, exactly: Knuth's two-sum.
        TLanes sum = product + bias;
        TLanes added = sum - product;
        TLanes left = (product - (sum - added)) + (bias - added);
        low = error + left;
        return sum;
    }
}
