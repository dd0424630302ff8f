namespace Scoring.Heads.Metrics;

/// <summary>How the loss of rows changes with β, the inverse of the temperature: its first and second derivatives, summed over the rows.</summary>
internal readonly record struct LossSlope(double First, double Second)
{
    public static LossSlope operator +(LossSlope left, LossSlope right) => new(left.First + right.First, left.Second + right.Second);

    /// <param name="plan">How the rows are scored; its temperature is not used.</param>
    /// <param name="logits">Rows × classes. A −∞ is a masked class, which is nobody's target.</param>
    /// <param name="targets">For each row a class, or 0 or 1 for each of its classes.</param>
    /// <param name="beta">1 / temperature.</param>
    public static LossSlope Of(EvaluationPlan plan, ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets, double beta)
    {
        var sum = default(LossSlope);
        for (var row = 0; row * plan.Classes < logits.Length; row++)
        {
            var of = logits.Slice(row * plan.Classes, plan.Classes);
            sum += plan.IsPerLabel
                ? OfLabels(of, targets.Slice(row * plan.Classes, plan.Classes), plan.Head.Bias, beta)
                : OfClasses(of, (int)targets[row], plan.Head.Bias, beta);
        }

        return sum;
    }

    /// <summary>
    /// Cross-entropy: E[x] − x(target), and Var[x], under the softmax. Reckoned from the best class, whose x is then 0, so that nothing cancels.
    /// </summary>
    private static LossSlope OfClasses(ReadOnlySpan<float> logits, int target, ReadOnlySpan<float> bias, double beta)
    {
        var best = 0;
        var greatest = double.NegativeInfinity;
        for (var column = 0; column < logits.Length; column++)
        {
            var score = Score(logits, bias, beta, column);
            if (score > greatest)
            {
                (best, greatest) = (column, score);
            }
        }

        double sum = 0;
        double mean = 0;
        double square = 0;
        for (var column = 0; column < logits.Length; column++)
        {
            var weight = Math.Exp(Score(logits, bias, beta, column) - greatest);
            if (weight > 0)
            {
                var distance = (double)logits[column] - logits[best];
                sum += weight;
                mean += weight * distance;
                square += weight * distance * distance;
            }
        }

        mean /= sum;
        return new LossSlope(mean - ((double)logits[target] - logits[best]), (square / sum) - (mean * mean));
    }

    /// <summary>Binary cross-entropy: (p − y) x and p (1 − p) x² of each label.</summary>
    private static LossSlope OfLabels(ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets, ReadOnlySpan<float> bias, double beta)
    {
        var sum = default(LossSlope);
        for (var column = 0; column < logits.Length; column++)
        {
            double logit = logits[column];
            if (!double.IsFinite(logit))
            {
                continue;
            }

            // The probability of what is not so: 1 − p from p would round to 0 long before it is.
            var score = Score(logits, bias, beta, column);
            var wrong = 1 / (1 + Math.Exp(targets[column] == 1 ? score : -score));
            sum += new LossSlope((targets[column] == 1 ? -wrong : wrong) * logit, wrong * (1 - wrong) * logit * logit);
        }

        return sum;
    }

    private static double Score(ReadOnlySpan<float> logits, ReadOnlySpan<float> bias, double beta, int column) =>
        (logits[column] * beta) + (bias.IsEmpty ? 0 : bias[column]);
}
