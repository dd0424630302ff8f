using Scoring.Heads.Metrics;

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
internal readonly record struct TemperatureFit(float Temperature, bool AtBound)
{
    public const float Lowest = 0.001f;
    public const float Highest = 1000f;

    private const int MaxSteps = 100;

    /// <summary>Of ln β, and so relative to β.</summary>
    private const double Precision = 1e-12;

    /// <param name="inForce">The temperature to begin at, and to stay at where none makes a difference.</param>
    /// <param name="slopeAt">The first and the second derivative of the loss by β, up to a common positive factor.</param>
    public static TemperatureFit Find(float inForce, Func<double, LossSlope> slopeAt)
    {
        var low = -Math.Log(Highest);
        var high = -Math.Log(Lowest);
        var slopeLow = slopeAt(1.0 / Highest).First;
        var slopeHigh = slopeAt(1.0 / Lowest).First;
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
            var slope = slopeAt(beta);
            (low, high) = slope.First < 0 ? (at, high) : (low, at);

            // By ln β the slope of the slope is β times that by β.
            var newton = -slope.First / (slope.Second * beta);
            var isGood = at + newton > low && at + newton < high && Math.Abs(newton) < Math.Abs(stepBefore) / 2;
            (stepBefore, step) = (step, isGood || newton == 0 ? newton : ((low + high) / 2) - at);
            at += step;
        }

        return new TemperatureFit((float)Math.Exp(-at), AtBound: false);
    }
}
