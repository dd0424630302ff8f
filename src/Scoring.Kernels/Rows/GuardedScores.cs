using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// <see cref="BiasedScores{TLanes}"/> for heads with biases so large that they can cancel a logit of which two floats do not hold well enough what is
/// left, or bring back one that was too large for a float. Such a score is NaN here, as one that overflowed is infinite: the row is then reckoned in
/// float64. Masks such as −1e9 cancel no usual logit, and cost next to nothing.
/// </summary>
internal readonly unsafe struct GuardedScores<TLanes>(Scale scale) : IScores<TLanes> where TLanes : struct, ILanes<TLanes>
{
    /// <summary>What is left of such a logit over the temperature is good to 2^−34.</summary>
    private const float GreatestCancelled = 8192;

    private readonly BiasedScores<TLanes> _scores = new(scale);
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
        TLanes product = _scores.Temper(logits, out TLanes error);
        TLanes sum = BiasedScores<TLanes>.Add(product, error, bias, out low);
        TLanes left = TLanes.Create(4) * TLanes.Max(sum, TLanes.Create(0) - sum);
        TLanes cancelled = TLanes.WhereGreater(
            TLanes.Max(product, TLanes.Create(0) - product), TLanes.Max(left, TLanes.Create(GreatestCancelled)), TLanes.Create(float.NaN));

        // Infinite for a product that overflowed, but NaN for a logit of −∞: there the comparison is false, and the score −∞.
        TLanes overflowed = TLanes.WhereGreater(TLanes.Max(error, TLanes.Create(0) - error), TLanes.Create(1e38f), TLanes.Create(float.NaN));
        return sum + (cancelled + overflowed);
    }
}
