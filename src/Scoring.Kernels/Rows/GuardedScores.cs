using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// <see cref="BiasedScores{T}"/> for heads with biases so large that they can cancel a logit of which two floats do not hold well enough what is left, or bring
/// back one that was too large for a float. Such a score is NaN here, as one that overflowed is infinite: the row is then reckoned in float64. Masks such as −1e9
/// cancel no usual logit, and cost next to nothing.
/// </summary>
internal readonly unsafe struct GuardedScores<T>(Scale scale) : IScores<T> where T : struct, ILanes<T>
{
    /// <summary>What is left of such a logit over the temperature is good to 2^−34.</summary>
    private const float GreatestCancelled = 8192;

    private readonly BiasedScores<T> _scores = new(scale);
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
        T product = _scores.Temper(logits, out T error);
        T sum = BiasedScores<T>.Add(product, error, bias, out low);
        T left = T.Create(4) * T.Max(sum, T.Create(0) - sum);
        T cancelled = T.WhereGreater(T.Max(product, T.Create(0) - product), T.Max(left, T.Create(GreatestCancelled)), T.Create(float.NaN));

        // Infinite for a product that overflowed, but NaN for a logit of −∞: there the comparison is false, and the score −∞.
        T overflowed = T.WhereGreater(T.Max(error, T.Create(0) - error), T.Create(1e38f), T.Create(float.NaN));
        return sum + (cancelled + overflowed);
    }
}
