using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>Logits over a temperature plus a bias per class, with the errors of the product and of the sum kept.</summary>
internal readonly unsafe struct BiasedScores<T>(Scale scale) : IScores<T> where T : struct, ILanes<T>
{
    private readonly float _high = scale.High;
    private readonly float _low = scale.Low;
    private readonly float* _bias = scale.Bias;

    public static bool HasLow => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Load(float* row, nint column, out T low) => Score(T.Load(row + column), T.Load(_bias + column), out low);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T LoadFirst(float* row, nint column, int count, out T low) =>
        Score(T.LoadFirst(row + column, count, T.Create(float.NegativeInfinity)), T.LoadFirst(_bias + column, count, T.Create(0)), out low);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Score(T logits, T bias, out T low)
    {
        T product = Temper(logits, out T error);
        return Add(product, error, bias, out low);
    }

    /// <summary>logit / temperature, and what rounding it left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Temper(T logits, out T error)
    {
        T product = logits * T.Create(_high);
        error = T.MultiplyAdd(logits, T.Create(_low), T.MultiplyAdd(logits, T.Create(_high), T.Create(0) - product));
        return product;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Add(T product, T error, T bias, out T low)
    {
        // What rounding product + bias leaves over, exactly: Knuth's two-sum.
        T sum = product + bias;
        T added = sum - product;
        T left = (product - (sum - added)) + (bias - added);
        low = error + left;
        return sum;
    }
}
