using CsCheck;
using Scoring.Heads.Metrics;

namespace Scoring.Heads.Tests;

public sealed class TemperatureFitTests
{
    [Fact]
    public void No_temperature_near_the_fit_has_a_lower_loss() =>
        Gen.OneOf(RowSamples.Of(Activation.Softmax), RowSamples.Of(Activation.Sigmoid)).Sample(samples =>
        {
            var fit = Fit(samples);
            Assert.InRange(fit.Temperature, TemperatureFit.Lowest, TemperatureFit.Highest);
            var loss = Loss(samples, fit.Temperature);
            foreach (var factor in new[] { 0.3, 0.9, 0.999, 1.001, 1.1, 3 })
            {
                var other = fit.Temperature * factor;
                if (other is >= TemperatureFit.Lowest and <= TemperatureFit.Highest)
                {
                    Assert.True(loss <= Loss(samples, other) + 1e-9, $"T = {fit.Temperature}: {loss}; T = {other}: {Loss(samples, other)}");
                }
            }
        });

    [Fact]
    public void Where_the_fit_begins_makes_no_difference() =>
        Gen.Select(RowSamples.Of(Activation.Softmax), Gen.Float[0.001f, 1000]).Sample((samples, start) =>
    {
        var fit = Fit(samples);
        var other = Fit(samples with { Plan = samples.Plan with { Temperature = start } });
        // Where no temperature makes a difference but for rounding, each stays where it began.
        if (Math.Abs(Loss(samples, 0.5) - Loss(samples, 2)) > 1e-9)
        {
            Assert.Equal(fit.Temperature, other.Temperature, 1e-5f * fit.Temperature);
            Assert.Equal(fit.AtBound, other.AtBound);
        }
    });

    [Fact]
    public void Rows_held_in_one_piece_have_the_fit_of_rows_in_pieces() =>
        Gen.OneOf(RowSamples.Of(Activation.Softmax), RowSamples.Of(Activation.Sigmoid)).Sample(samples =>
            Assert.Equal(Fit(samples), TemperatureFit.Of(samples.Plan, samples.Logits, samples.Targets)));

    [Fact]
    public void Slopes_are_the_derivatives_of_the_loss() =>
        Gen.Select(Gen.OneOf(RowSamples.Of(Activation.Softmax), RowSamples.Of(Activation.Sigmoid)), Gen.Double[0.2, 5]).Sample((samples, beta) =>
        {
            const double Step = 1e-4;
            var slope = SlopeAt(samples, beta);
            var losses = samples.Targets.Length;
            var first = losses * (Loss(samples, 1 / (beta + Step)) - Loss(samples, 1 / (beta - Step))) / (2 * Step);
            Assert.Equal(first, slope.First, 1e-4 * (1 + Math.Abs(first)));
            var second = (SlopeAt(samples, beta + Step).First - SlopeAt(samples, beta - Step).First) / (2 * Step);
            Assert.Equal(second, slope.Second, 1e-4 * (1 + Math.Abs(second)));
        });

    [Theory]
    [InlineData(1f)]
    [InlineData(1e-3f)]
    [InlineData(30f)]
    public void Rows_that_are_all_right_go_to_the_lowest(float scale)
    {
        Assert.Equal(new TemperatureFit(TemperatureFit.Lowest, AtBound: true), Fit(Rows([scale, 0, 0, 0, 2 * scale, 0], 0, 1)));
        Assert.Equal(new TemperatureFit(TemperatureFit.Lowest, AtBound: true), Fit(Labels([scale, -scale], 1, 0)));
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(1e-3f)]
    [InlineData(1e30f)]
    public void Logits_that_say_the_opposite_go_to_the_highest(float scale)
    {
        Assert.Equal(new TemperatureFit(TemperatureFit.Highest, AtBound: true), Fit(Rows([scale, 0, 0, 0, 2 * scale, 0], 1, 2)));
        Assert.Equal(new TemperatureFit(TemperatureFit.Highest, AtBound: true), Fit(Labels([scale, -scale], 0, 1)));
    }

    [Fact]
    public void Rows_that_no_temperature_changes_leave_it_as_it_was()
    {
        Assert.Equal(new TemperatureFit(1.5f, AtBound: false), Fit(Rows([7, 7, 7, -2, -2, -2], 0, 2)));
        Assert.Equal(new TemperatureFit(1.5f, AtBound: false), Fit(Labels([0, 0], 1, 0)));
    }

    [Fact]
    public void Logits_at_the_end_of_what_is_finite_have_a_fit()
    {
        // 9 of 10 rows are right, so the best confidence is 0.9.
        float[] logits = [.. Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? 3e2f : 0)];
        var fit = Fit(Rows(logits, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
        Assert.Equal(300 / Math.Log(9), fit.Temperature, 1e-3);
        var extreme = Fit(Rows([float.MaxValue, -float.MaxValue, -float.MaxValue, float.MaxValue], 0, 0));
        Assert.Equal(new TemperatureFit(TemperatureFit.Highest, AtBound: true), extreme);
    }

    private static RowSamples Rows(float[] logits, params uint[] targets) => new(
        new EvaluationPlan(
            new HeadDefinition { Name = "given", Activation = Activation.Softmax }, logits.Length / targets.Length, 1.5f), logits, targets);

    private static RowSamples Labels(float[] logits, params uint[] targets) => new(
        new EvaluationPlan(new HeadDefinition { Name = "given", Activation = Activation.Sigmoid }, 1, 1.5f), logits, targets);

    private static TemperatureFit Fit(RowSamples samples) => TemperatureFit.Find(samples.Plan.Temperature, beta => SlopeAt(samples, beta));

    private static LossSlope SlopeAt(RowSamples samples, double beta) => LossSlope.Of(samples.Plan, samples.Logits, samples.Targets, beta);

    private static double Loss(RowSamples samples, double temperature)
    {
        var rows = NaiveMetrics.Scores(samples.Logits, samples.Classes, temperature, samples.Plan.Head.Bias);
        return samples.Plan.IsPerLabel
            ? rows.SelectMany(row => row).Select((score, i) => NaiveMetrics.BinaryCrossEntropy(score, samples.Targets[i])).Average()
            : rows.Select((row, i) => NaiveMetrics.CrossEntropy(row, (int)samples.Targets[i])).Average();
    }
}
