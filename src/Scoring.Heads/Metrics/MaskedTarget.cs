namespace Scoring.Heads.Metrics;

/// <summary>A masked class that is a target: it costs infinitely much at every temperature, so none is best.</summary>
/// <param name="Row">Its row, from 0.</param>
/// <param name="Column">The class, from 0.</param>
internal readonly record struct MaskedTarget(int Row, int Column)
{
    /// <summary>The first one; null where there is none.</summary>
    public static MaskedTarget? Find(EvaluationPlan plan, ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets)
    {
        for (var i = 0; i < targets.Length; i++)
        {
            var (row, column) = plan.IsPerLabel ? Math.DivRem(i, plan.Classes) : (i, (int)targets[i]);
            var isMasked = float.IsNegativeInfinity(logits[(row * plan.Classes) + column])
                || (plan.Head.Bias.Length > 0 && float.IsNegativeInfinity(plan.Head.Bias[column]));
            if (isMasked && (!plan.IsPerLabel || targets[i] == 1))
            {
                return new MaskedTarget(row, column);
            }
        }

        return null;
    }
}
