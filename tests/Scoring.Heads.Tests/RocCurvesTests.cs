using Scoring.Heads.Metrics;

namespace Scoring.Heads.Tests;

public sealed class RocCurvesTests
{
    private const int Rows = 20_000;

    [Theory]
    [InlineData(1, 1 << 14, 1f, 1e-5)]
    [InlineData(1, 1 << 14, 1e-3f, 1e-5)]
    [InlineData(1, 1 << 14, 1e3f, 1e-5)]
    [InlineData(16, 1 << 16, 5f, 1e-4)]
    public void Binned_areas_are_within_their_own_bound_of_the_exact_ones(int labels, int capacity, float scale, double bound)
    {
        var (scores, targets) = Samples(labels, scale, seed: 7);
        var exact = Measure(labels, capacity: int.MaxValue, scores, targets);
        var binned = Measure(labels, capacity, scores, targets);
        Assert.Equal(0, exact.AurocError);
        Assert.InRange(binned.AurocError, double.Epsilon, 0.02);
        for (var label = 0; label < labels; label++)
        {
            Assert.Equal(exact.Auroc[label], binned.Auroc[label], Math.Min(bound, binned.AurocError));
        }
    }

    [Fact]
    public void Scores_that_share_a_bin_are_ties_and_the_bound_says_so()
    {
        // Those that come after the first are under 2^-16, and the first are not: one bin for all, and no order left.
        var binned = Measure(
            1, capacity: 256, [.. Enumerable.Range(0, 556).Select(i => i < 256 ? -1 : (i + 1) * 1e-8f)],
            [.. Enumerable.Range(0, 556).Select(i => (byte)(i < 256 ? i % 2 : (i - 256) / 150))]);
        Assert.InRange(binned.AurocError, 0.2, 0.5);
    }

    [Theory]
    [InlineData(0f, 1e-20f)]
    [InlineData(0f, 1e6f)]
    [InlineData(0f, 1e30f)]
    [InlineData(-100_000f, 1f)]
    [InlineData(1000f, 0.001f)]
    public void Areas_of_scores_of_any_scale_are_within_a_ten_thousandth(float centre, float scale)
    {
        var (scores, targets) = Samples(labels: 1, scale, seed: 5);
        scores = Array.ConvertAll(scores, score => centre + score);
        var exact = Measure(1, capacity: int.MaxValue, scores, targets).Auroc.Single();
        var binned = Measure(1, capacity: 1 << 14, scores, targets);
        // Some have equal scores as floats, which are ties however they are counted.
        Assert.InRange(binned.AurocError, 0, 0.01);
        Assert.Equal(exact, binned.Auroc.Single(), 1e-4);
    }

    [Fact]
    public void Scores_that_come_in_order_are_counted_in_bins_of_their_own()
    {
        var (scores, targets) = Samples(labels: 1, scale: 5, seed: 5);
        Array.Sort(scores, targets);
        var exact = Measure(1, capacity: int.MaxValue, scores, targets).Auroc.Single();
        var binned = Measure(1, capacity: 1 << 12, scores, targets);
        Assert.InRange(binned.AurocError, 0, 0.005);
        Assert.Equal(exact, binned.Auroc.Single(), binned.AurocError);
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(-1f)]
    [InlineData(1e-9f)]
    [InlineData(1e30f)]
    public void Bins_keep_the_order_of_separable_scores(float scale)
    {
        float[] scores = [.. Enumerable.Range(0, 600).Select(i => i < 300 ? -scale : scale)];
        byte[] targets = [.. Enumerable.Range(0, 600).Select(i => (byte)(i / 300))];
        Assert.Equal(scale > 0 ? 1 : 0, Measure(1, capacity: 512, scores, targets).Auroc.Single());
    }

    [Fact]
    public void A_mask_comes_last_in_bins_too()
    {
        float[] scores = [.. Enumerable.Range(0, 600).Select(i => i < 300 ? float.NegativeInfinity : -1e4f)];
        byte[] targets = [.. Enumerable.Range(0, 600).Select(i => (byte)(i / 300))];
        Assert.Equal(1, Measure(1, capacity: 512, scores, targets).AurocMacro);
    }

    [Fact]
    public void A_label_of_one_kind_has_no_area_and_the_mean_leaves_it_out()
    {
        var metrics = Measure(2, capacity: 100, [1, 1, 2, 2], [0, 1, 1, 1]);
        Assert.Equal([1, double.NaN], metrics.Auroc);
        Assert.Equal(1, metrics.AurocMacro);
        Assert.True(double.IsNaN(Measure(1, capacity: 100, [1, 2], [1, 1]).AurocMacro));
    }

    [Fact]
    public void Labels_too_many_for_bins_have_no_area()
    {
        var metrics = Measure(3, capacity: 256 * 3 - 1, new float[3 * 300], new byte[3 * 300]);
        Assert.Empty(metrics.Auroc);
        Assert.True(double.IsNaN(metrics.AurocMacro));
        Assert.Equal(3, Measure(3, capacity: 256 * 3, new float[3 * 300], new byte[3 * 300]).Auroc.Length);
    }

    [Fact]
    public void The_last_score_that_may_be_held_leaves_it_exact()
    {
        float[] scores = [1.0001f, 1, 1.0002f];
        byte[] targets = [1, 0, 1];
        Assert.Equal(0, Measure(1, capacity: 3, scores, targets).AurocError);
        Assert.Empty(Measure(1, capacity: 2, scores, targets).Auroc);
    }

    private static RocAreas Measure(int labels, int capacity, float[] scores, byte[] targets)
    {
        var curves = new RocCurves(labels, capacity);
        for (var row = 0; row * labels < scores.Length; row++)
        {
            curves.Add(scores.AsSpan(row * labels, labels), targets.AsSpan(row * labels, labels));
        }

        return curves.Areas();
    }

    /// <summary>Positives lie one standard deviation higher.</summary>
    private static (float[] Scores, byte[] Targets) Samples(int labels, float scale, int seed)
    {
        var random = new Random(seed);
        var scores = new float[Rows * labels];
        var targets = new byte[Rows * labels];
        for (var i = 0; i < scores.Length; i++)
        {
            targets[i] = (byte)random.Next(2);
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            scores[i] = (float)(scale * (normal + targets[i] - 0.5));
        }

        return (scores, targets);
    }
}
