using System.Globalization;
using Scoring.Heads.Metrics;
using Scoring.Kernels;

namespace Scoring.Heads;

/// <summary>
/// The temperature T that minimises the mean loss of rows, whose scores are logit · β + bias with β = 1 / T. The loss is convex in β: a log-sum-exp,
/// or a sum of softplus, of functions that are linear in β, less a linear one. So its slope never falls as β grows, and where the slope is 0 is the
/// minimum.
/// </summary>
/// <remarks>
/// Newton's method on ln β within a bracket that every step narrows. A step that leaves the bracket, or does not halve the one before the last, is
/// replaced by halving the bracket, so the fit ends whatever the rows are. Where the slope has the same sign at both ends of the range, that end is
/// the minimum which the loss falls toward. All of it is float64.
/// </remarks>
/// <param name="Temperature">The minimum.</param>
/// <param name="AtBound">Whether it is an end of the range.</param>
public readonly record struct TemperatureFit(float Temperature, bool AtBound)
{
    /// <summary>The lowest temperature of the range.</summary>
    public const float Lowest = 0.001f;

    /// <summary>The highest temperature of the range.</summary>
    public const float Highest = 1000f;

    private const int MaxSteps = 100;

    /// <summary>Of ln β, and so relative to β.</summary>
    private const double Precision = 1e-12;

    /// <summary>Finds the temperature of rows.</summary>
    /// <param name="plan">How they are scored. Its temperature is where the search begins, and the answer where none makes a difference.</param>
    /// <param name="logits">Rows × classes, row after row. −∞ is a masked class, as a bias of −∞ is, and no target.</param>
    /// <param name="targets">For each row a class, from 0, or 0 or 1 for each of its labels.</param>
    /// <exception cref="ArgumentException">The plan is of no head that can be measured, or a bias is NaN or +∞; the lengths do not fit together; a
    /// target is none, or a masked class, whose loss is infinite at every temperature; or a row has no score.</exception>
    public static TemperatureFit Of(EvaluationPlan plan, ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets)
    {
        plan.Check();
        plan.CheckRows(logits, targets);
        if (InvalidLogits.Find(logits, plan.Classes) is { } invalid)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"Row {invalid.Row}, column {invalid.Column}: {invalid.Value} has no score."), nameof(logits));
        }

        return MaskedTarget.Find(plan, logits, targets) is { } masked
            ? throw new ArgumentException(
                $"Row {masked.Row}, column {masked.Column}: the target is masked, so its loss is infinite at every temperature.", nameof(targets))
            : Find(plan.Temperature, new Samples(plan, logits, targets), static (samples, beta) => LossSlope.Of(
                samples.Plan, samples.Logits, samples.Targets, beta));
    }

    /// <param name="inForce">The temperature to begin at, and to stay at where none makes a difference.</param>
    /// <param name="slopeAt">The first and the second derivative of the loss by β, up to a common positive factor.</param>
    internal static TemperatureFit Find(float inForce, Func<double, LossSlope> slopeAt) =>
        Find(inForce, slopeAt, static (slopeAt, beta) => slopeAt(beta));

    private static TemperatureFit Find<T>(float inForce, T samples, Func<T, double, LossSlope> slopeAt)
        where T : allows ref struct
    {
        var low = -Math.Log(Highest);
        var high = -Math.Log(Lowest);
        var slopeLow = slopeAt(samples, 1.0 / Highest).First;
        var slopeHigh = slopeAt(samples, 1.0 / Lowest).First;
        if (slopeLow == 0 && slopeHigh == 0)
        {
            return new TemperatureFit(inForce, AtBound: false);
        }

        if (slopeLow >= 0)
        {
            return new TemperatureFit(Highest, AtBound: true);
        }

        if (slopeHigh <= 0)
        {
            return new TemperatureFit(Lowest, AtBound: true);
        }

        var at = Math.Clamp(-Math.Log(inForce), low, high);
        var step = high - low;
        var stepBefore = step;
        for (var i = 0; i < MaxSteps && Math.Abs(step) > Precision; i++)
        {
            var beta = Math.Exp(at);
            var slope = slopeAt(samples, beta);
            (low, high) = slope.First < 0 ? (at, high) : (low, at);

            // By ln β the slope of the slope is β times that by β.
            var newton = -slope.First / (slope.Second * beta);
            var isGood = at + newton > low && at + newton < high && Math.Abs(newton) < Math.Abs(stepBefore) / 2;
            (stepBefore, step) = (step, isGood || newton == 0 ? newton : ((low + high) / 2) - at);
            at += step;
        }

        return new TemperatureFit((float)Math.Exp(-at), AtBound: false);
    }

    private readonly ref struct Samples(EvaluationPlan plan, ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets)
    {
        public EvaluationPlan Plan { get; } = plan;

        public ReadOnlySpan<float> Logits { get; } = logits;

        public ReadOnlySpan<uint> Targets { get; } = targets;
    }
}
