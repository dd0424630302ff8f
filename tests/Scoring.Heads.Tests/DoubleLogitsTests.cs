using System.Runtime.InteropServices;
using CsCheck;
using Scoring.Kernels;

namespace Scoring.Heads.Tests;

public sealed class DoubleLogitsTests
{
    /// <summary>What rounding a logit may take from it, of its distance from the greatest, and the kernels' own error.</summary>
    private const double HalfStep = 1.0 / (1 << 24);

    private const double Kernel = 1e-6;

    private static readonly Gen<(double[] Logits, int Classes, double Origin)> Rows =
        from classes in Gen.Int[1, 40]
        from rows in Gen.Int[1, 5]
        from spread in Gen.OneOf(Gen.Const(1.0), Gen.Const(30.0), Gen.Const(5000.0))
        from origin in Gen.OneOf(Gen.Const(0.0), Gen.Double[-100, 100], Gen.Double[-1e12, 1e12], Gen.Const(1e39), Gen.Const(-1e300))
        from values in Gen.Double[-1, 1].Array[rows * classes]
        select (values.Select(value => origin + (spread * value)).ToArray(), classes, origin);

    [Fact]
    public void Half_more_than_a_billion_is_half_more()
    {
        var plan = Plan(Activation.Softmax, 1, 2);
        var (logits, scores, sum, origins) = (new float[2], new float[2], new float[1], new double[1]);
        Assert.Null(DoubleLogits.Round(plan, [1e9 + 0.5, 1e9], logits, origins));
        HeadKernels.Scores(plan, logits, scores);
        Assert.Equal([0.622459352f, 0.377540678f], scores);
        HeadKernels.LogSumExp(plan, logits, sum);
        DoubleLogits.AddOrigins(plan, origins, sum);
        Assert.Equal(1e9f, sum[0]);
    }

    [Fact]
    public void Probabilities_are_those_of_float64() => Rows.Sample(one =>
    {
        var plan = Plan(Activation.Softmax, one.Logits.Length / one.Classes, one.Classes) with { Temperature = 0.7f };
        var (logits, scores, logs) = (new float[one.Logits.Length], new float[one.Logits.Length], new float[one.Logits.Length]);
        Assert.Null(DoubleLogits.Round(plan, one.Logits, logits, []));
        Assert.Null(HeadKernels.Scores(plan, logits, scores));
        Assert.Null(LogSoftmax.Compute(logits, one.Classes, logs, plan.Temperature));
        for (var row = 0; row < plan.Rows; row++)
        {
            var values = one.Logits.AsSpan(row * one.Classes, one.Classes).ToArray();
            var greatest = values.Max();
            var sum = values.Sum(value => Math.Exp((value - greatest) / plan.Temperature));
            for (var column = 0; column < values.Length; column++)
            {
                var log = ((values[column] - greatest) / plan.Temperature) - Math.Log(sum);
                var allowed = Kernel + (HalfStep * Math.Abs(values[column] - greatest) / plan.Temperature);
                Assert.InRange(logs[(row * one.Classes) + column] - log, -allowed - (1e-7 * Math.Abs(log)), allowed + (1e-7 * Math.Abs(log)));
                var expected = Math.Exp(log);
                var score = scores[(row * one.Classes) + column];
                Assert.InRange(score - expected, (-allowed * expected) - 1e-37, (allowed * expected) + 1e-37);
            }
        }
    });

    [Fact]
    public void Rows_that_FP32_holds_keep_their_bits() => Gen.Single.Array[0, 60].Sample(floats =>
    {
        var plan = Plan(Activation.Softmax, 1, Math.Max(1, floats.Length));
        floats = floats.Length == 0 ? [0] : floats;
        var (logits, origins) = (new float[floats.Length], new double[1]);
        Assert.Null(DoubleLogits.Round(plan, Array.ConvertAll(floats, value => (double)value), logits, origins));
        // A NaN among them makes the row one without scores, whatever it is rounded to.
        if (!floats.Any(float.IsNaN))
        {
            Assert.Equal(floats.Select(BitConverter.SingleToInt32Bits), logits.Select(BitConverter.SingleToInt32Bits));
            Assert.Equal(0, origins[0]);
        }
    });

    [Theory]
    [InlineData(Activation.Softmax)]
    [InlineData(Activation.LogSoftmax)]
    [InlineData(Activation.Sigmoid)]
    [InlineData(Activation.Linear)]
    public void A_logit_that_FP32_cannot_hold_is_told_and_masks_nothing(Activation activation)
    {
        var plan = Plan(activation, 3, 10);
        double[] rows = [.. Enumerable.Range(0, 30).Select(i => i / 7.0)];
        rows[3] = double.NegativeInfinity;
        rows[17] = -1e39;
        rows[18] = -1e300;
        rows[25] = -1e39;
        var logits = new float[30];
        Assert.Equal(new LargeLogit(1, 7, -1e39), DoubleLogits.Round(plan, rows, logits, []));
        Assert.Equal(float.NegativeInfinity, logits[3]);
        Assert.Equal([17, 18, 25], Enumerable.Range(0, 30).Where(i => float.IsNaN(logits[i])));
        Assert.Equal((1, 7), HeadKernels.Scores(plan, logits, new float[30]) is { } invalid ? (invalid.Row, invalid.Column) : default);
    }

    [Fact]
    public void Large_logits_that_are_close_together_have_probabilities_and_no_sigmoids()
    {
        double[] row = [1e39, 1e39, double.NegativeInfinity];
        var (logits, scores) = (new float[3], new float[3]);
        var softmax = Plan(Activation.Softmax, 1, 3);
        Assert.Null(DoubleLogits.Round(softmax, row, logits, []));
        HeadKernels.Scores(softmax, logits, scores);
        Assert.Equal([0.5f, 0.5f, 0], scores);
        Assert.Equal(new LargeLogit(0, 0, 1e39), DoubleLogits.Round(Plan(Activation.Sigmoid, 1, 3), row, logits, []));
    }

    [Fact]
    public void The_greatest_is_named_where_others_are_too_far_from_it()
    {
        var logits = new float[2];
        Assert.Equal(new LargeLogit(0, 0, 1e39), DoubleLogits.Round(Plan(Activation.Softmax, 1, 2), [1e39, 1], logits, []));
        Assert.NotNull(HeadKernels.Scores(Plan(Activation.Softmax, 1, 2), logits, new float[2]));
    }

    [Fact]
    public void A_row_whose_log_sum_exp_FP32_cannot_hold_is_told_where_it_is_asked_for()
    {
        var (plan, logits) = (Plan(Activation.Softmax, 2, 2), new float[4]);
        Assert.Null(DoubleLogits.Round(plan, [1, 2, 1e300, 1e300], logits, []));
        Assert.Equal(new LargeLogit(1, 0, 1e300), DoubleLogits.Round(plan, [1, 2, 1e300, 1e300], logits, new double[2]));
        Assert.Equal(1, HeadKernels.LogSumExp(plan, logits, new float[2])?.Row);
    }

    [Fact]
    public void A_head_with_biases_has_the_results_of_FP32()
    {
        var plan = new HeadPlan(new HeadDefinition { Name = "biased", Activation = Activation.Softmax, Bias = [-1e9f, 0, 0] }, 1, 3);
        var scores = new float[3];
        Assert.Null(DoubleLogits.Round(plan, [1e9, 0.1, 2.2], scores, []));
        HeadKernels.Scores(plan, scores, scores);
        Assert.Equal([0.0898f, 0.0993f, 0.8109f], scores.Select(score => MathF.Round(score, 4)));
    }

    [Theory]
    [InlineData(new[] { 60.1, 0.1, 0.1000001 }, new[] { 0, 2, 1 })]
    [InlineData(new[] { 1e9, 0.1, 2.2, 2.2, double.NegativeInfinity, 3 }, new[] { 0, 5, 2, 3, 1, 4 })]
    [InlineData(new[] { 0.1, 1e9, double.NegativeInfinity, double.NegativeInfinity }, new[] { 1, 0, 2, 3 })]
    public void The_best_classes_are_in_the_order_of_float64(double[] row, int[] order)
    {
        for (var k = 1; k <= row.Length; k++)
        {
            var plan = Plan(Activation.Softmax, 2, row.Length) with { TopK = k };
            double[] rows = [.. row, .. row];
            var (logits, indices) = (new float[rows.Length], new int[2 * k]);
            DoubleLogits.Round(plan, rows, logits, []);
            HeadKernels.TopK(plan, logits, indices, new float[2 * k]);
            DoubleLogits.OrderTies(plan, rows, logits, indices);
            Assert.Equal([.. order[..k], .. order[..k]], indices);
        }
    }

    [Fact]
    public void Each_group_has_an_origin_of_its_own()
    {
        var head = new HeadDefinition { Name = "grouped", Activation = Activation.Softmax, Groups = [2, 3] };
        var plan = new HeadPlan(head, 2, 5);
        double[] rows = [1e9 + 0.5, 1e9, 0.1, 0.2, 0.3, 5, 6, -1e12 - 0.25, -1e12, double.NegativeInfinity];
        var (logits, origins, sums) = (new float[10], new double[4], new float[4]);
        Assert.Null(DoubleLogits.Round(plan, rows, logits, origins));
        Assert.Equal([1e9 + 0.5, 0.3, 0, -1e12], origins);
        HeadKernels.LogSumExp(plan, logits, sums);
        DoubleLogits.AddOrigins(plan, origins, sums);
        Assert.Equal(1.3019428f, sums[1], 1e-6f);
        Assert.Equal(6.3132615f, sums[2], 1e-6f);
        HeadKernels.Scores(plan, logits, logits);
        Assert.Equal(0.622459352f, logits[0]);
        Assert.Equal([0.437823499f, 0.562176526f, 0], logits[7..]);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_row_without_scores_has_none(double bad)
    {
        var plan = Plan(Activation.Softmax, 1, 20);
        for (var at = 0; at < 20; at++)
        {
            double[] row = [.. Enumerable.Range(0, 20).Select(i => i / 7.0)];
            row[at] = bad;
            var logits = new float[20];
            Assert.Null(DoubleLogits.Round(plan, row, logits, []));
            Assert.Equal(at, HeadKernels.Scores(plan, logits, logits)?.Column);
        }
    }

    [Fact]
    public void Bytes_may_lie_anywhere()
    {
        var plan = Plan(Activation.Softmax, 3, 13);
        double[] rows = [.. Enumerable.Range(0, 39).Select(i => Math.Sqrt(i) * 1e6)];
        var expected = new float[39];
        DoubleLogits.Round(plan, rows, expected, []);
        for (var offset = 0; offset < 9; offset++)
        {
            byte[] bytes = [.. new byte[offset], .. MemoryMarshal.AsBytes(rows.AsSpan())];
            var logits = new float[39];
            DoubleLogits.Round(plan, bytes.AsSpan(offset), logits, []);
            Assert.Equal(expected, logits);
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        var plan = Plan(Activation.Softmax, 1, 2);
        Assert.Throws<ArgumentException>(() => DoubleLogits.Round(plan, new double[3], new float[2], []));
        Assert.Throws<ArgumentException>(() => DoubleLogits.Round(plan, new double[4], new float[4], []));
        Assert.Throws<ArgumentException>(() => DoubleLogits.Round(plan, new double[2], new float[2], new double[2]));
        Assert.Throws<ArgumentException>(() => DoubleLogits.AddOrigins(plan, new double[2], new float[1]));
    }

    private static HeadPlan Plan(Activation activation, int rows, int classes) =>
        new(new HeadDefinition { Name = "plain", Activation = activation }, rows, classes);
}
