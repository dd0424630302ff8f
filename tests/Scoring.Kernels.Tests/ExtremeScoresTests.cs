using System.Numerics;
using CsCheck;

namespace Scoring.Kernels.Tests;

/// <summary>Scores that no float holds: what the kernels promise stands for every finite logit, bias and temperature.</summary>
public sealed class ExtremeScoresTests
{
    private const int Unwritten = -7;

    private static readonly Gen<float> Extreme = AnyOf(
        float.MinValue, float.MaxValue, -3e38f, 3e38f, -1e38f, 1e38f, -1e30f, 1e30f, -1e9f, 1e9f, -0f, 0f, float.Epsilon, 1e-38f);

    private static readonly Gen<float> Logit = Gen.Frequency((6, Gen.Float[-30, 30]), (3, Extreme), (1, Gen.Const(float.NegativeInfinity)));

    private static readonly Gen<float> Temperature = Gen.Frequency(
        (2, Gen.Const(1f)), (3, AnyOf(0.9f, 0.3f, 1.7f)), (3, AnyOf(float.Epsilon, 1e-40f, 1e-20f, 1e-9f, 1e9f, 1e20f, 1e38f, float.MaxValue)));

    private static readonly Gen<float[]> NoBias = Gen.Const<float[]>([]);

    /// <summary>Rows whose scores are of any size; a lone logit that is no mask makes each a good one.</summary>
    private static readonly Gen<(float[] Row, float[] Bias, float Temperature)> Sample =
        from classes in Gen.Frequency((4, Gen.Int[1, 24]), (1, Gen.Int[25, 700]))
        from row in Gen.Frequency((3, Logit.Array[classes]), (1, Extreme.Array[classes]), (1, Gen.Float[-1e-3f, 1e-3f].Array[classes]))
        from bias in Gen.Frequency(
            (1, NoBias), (2, Gen.Float[-4, 4].Array[classes]), (2, Gen.Frequency((3, Gen.Float[-4, 4]), (1, Extreme)).Array[classes]))
        from temperature in Temperature
        from good in Gen.Int[0, classes - 1]
        select (With(row, good), bias, temperature);

    /// <summary>Rows whose biases cancel most of some logits, of any size.</summary>
    private static readonly Gen<(float[] Row, float[] Bias, float Temperature)> Cancelled =
        from classes in Gen.Frequency((4, Gen.Int[1, 24]), (1, Gen.Int[25, 100]))
        from temperature in Gen.Double[-12, 3].Select(power => (float)Math.Pow(10, power))
        from size in Gen.Double[0, 12]
        from score in Gen.Double[-20, 20].Array[classes]
        from part in Gen.Double[0.1, 1].Array[classes]
        let bias = Array.ConvertAll(part, p => (float)(-Math.Pow(10, size) * p))
        let row = score.Select((s, i) => (float)((s - bias[i]) * temperature)).ToArray()
        select (row, bias, temperature);

    /// <summary>However large the scores are, what tells them apart is what their probabilities are made of.</summary>
    [Theory]
    [InlineData(1f, 1e-15f)]
    [InlineData(1f, 1e-20f)]
    [InlineData(1f, float.Epsilon)]
    [InlineData(1e16f, 1f)]
    [InlineData(-3e38f, 1f)]
    [InlineData(3e38f, 0.5f)]
    [InlineData(float.MaxValue, 1e-40f)]
    public void A_bias_counts_beside_scores_that_leave_no_double_room_for_it(float logit, float temperature)
    {
        float[] row = [logit, logit, logit], bias = [0, 1, -2];
        double[] expected = Reference.Softmax([0, 1, -2]), logs = Reference.LogSoftmax([0, 1, -2]);
        float[] found = new float[3], one = new float[1];
        Softmax.Compute(row, 3, found, temperature, bias);
        Assert.InRange(Reference.WorstUlps(found, expected), 0, 8);
        LogSoftmax.Compute(row, 3, found, temperature, bias);
        Assert.InRange(Reference.WorstUlps(found, logs), 0, 2);
        Entropy.Compute(row, 3, one, temperature, bias);
        Assert.Equal(-expected.Zip(logs, (p, log) => p * log).Sum(), one[0], 5e-7);
        CrossEntropy.Compute(row, 3, [2], one, temperature, bias);
        Assert.Equal(-logs[2], one[0], 5e-7);
        TopK.Probabilities(row, 3, 1, new int[1], one, temperature, bias);
        Assert.InRange(Reference.Ulps(one[0], expected[1]), 0, 8);
    }

    [Fact]
    public void The_best_classes_are_ranked_by_exact_scores() => Sample.Sample(
        sample =>
        {
            (float[] row, float[] bias, float temperature) = sample;
            int[] expected = Ranking(row, bias, temperature);
            foreach (int k in new[] { 1, Math.Min(3, row.Length), row.Length }.Distinct())
            {
                var indices = new int[k];
                float[] values = new float[k], whole = new float[row.Length];
                indices.AsSpan().Fill(Unwritten);

                Assert.Null(TopK.Probabilities(row, row.Length, k, indices, values, temperature, bias));
                Assert.Equal(expected[..k], indices);
                Softmax.Compute(row, row.Length, whole, temperature, bias);
                Assert.Equal(Array.ConvertAll(indices, index => whole[index]), values);

                indices.AsSpan().Fill(Unwritten);
                Assert.Null(TopK.LogProbabilities(row, row.Length, k, indices, values, temperature, bias));
                Assert.Equal(expected[..k], indices);
                LogSoftmax.Compute(row, row.Length, whole, temperature, bias);
                Assert.Equal(Array.ConvertAll(indices, index => whole[index]), values);
            }

            for (int rank = 0; rank < expected.Length; rank++)
            {
                Assert.Equal(rank, Rank.Of(row, expected[rank], temperature, bias));
            }
        },
        iter: 3000);

    [Fact]
    public void Every_result_is_right_to_what_is_promised() => AssertRight(Sample);

    [Fact]
    public void Every_result_is_right_where_a_bias_cancels_a_large_logit() => AssertRight(Cancelled);

    private static void AssertRight(Gen<(float[] Row, float[] Bias, float Temperature)> samples) => samples.Sample(
        sample =>
        {
            (float[] row, float[] bias, float temperature) = sample;
            double[] scores = Scores(row, bias, temperature), lessGreatest = LessGreatest(row, bias, temperature);
            double[] logProbabilities = Reference.LogSoftmax(lessGreatest);
            float[] results = new float[row.Length];
            var one = new float[1];

            Assert.Null(Softmax.Compute(row, row.Length, results, temperature, bias));
            AssertUlps(Reference.Softmax(lessGreatest), results, 8);
            Assert.Null(LogSoftmax.Compute(row, row.Length, results, temperature, bias));
            AssertClose(logProbabilities, results);
            Assert.Null(Sigmoid.Compute(row, row.Length, results, temperature, bias));
            AssertUlps(Array.ConvertAll(scores, Reference.Sigmoid), results, 4);
            Assert.Null(Linear.Compute(row, row.Length, results, temperature, bias));
            // What is left where a bias cancels a logit is as good as they were.
            AssertEach(scores, results, static (right, result) => Math.Abs(result - right) <= 1e-9 + (Math.Abs(right) * 6.1e-8));
            float[] inPlace = [.. row];
            Assert.Null(Linear.Compute(inPlace, row.Length, inPlace, temperature, bias));
            Assert.Equal(results, inPlace);

            Assert.Null(LogSumExp.Compute(row, row.Length, one, temperature, bias));
            AssertClose([Reference.LogSumExp(scores)], one);
            Assert.Null(Entropy.Compute(row, row.Length, one, temperature, bias));
            AssertEach(
                [-logProbabilities.Sum(log => double.IsFinite(log) ? log * Math.Exp(log) : 0)],
                one,
                static (right, result) => Math.Abs(result - right) <= 1e-6 + (right * 5e-7));
            int target = row.Length / 2;
            Assert.Null(CrossEntropy.Compute(row, row.Length, [target], one, temperature, bias));
            AssertClose([-logProbabilities[target]], one);
            byte[] labels = [.. row.Select((_, i) => (byte)(i % 2))];
            Assert.Null(BinaryCrossEntropy.Compute(row, row.Length, labels, one, temperature, bias));
            AssertClose([scores.Select((score, i) => SoftPlus(i % 2 == 1 ? -score : score)).Average()], one);
        },
        iter: 3000);

    [Theory]
    [InlineData(0.9f)]
    [InlineData(1e-40f)]
    public void A_mask_of_the_lowest_float_leaves_the_ranking_its_memory(float temperature)
    {
        float[] logits = [float.MinValue, float.MinValue, float.MinValue, 1, float.MinValue, 2];
        int[] indices = [Unwritten, Unwritten, Unwritten, Unwritten];

        Assert.Null(TopK.Probabilities(logits, 3, 2, indices, new float[4], temperature, [0, 5, 1]));

        Assert.Equal([1, 2, 2, 0], indices);
    }

    [Fact]
    public void A_class_that_a_bias_masks_is_last_however_large_its_logit()
    {
        float[] logits = [1, float.MaxValue, 2], results = new float[3], bias = [0, float.NegativeInfinity, 0];
        var indices = new int[3];

        Assert.Null(Linear.Compute(logits, 3, results, 0.5f, bias));
        Assert.Equal([2, float.NegativeInfinity, 4], results);
        Assert.Null(Sigmoid.Compute(logits, 3, results, 0.5f, bias));
        Assert.Equal(0, results[1]);
        Assert.Null(TopK.Probabilities(logits, 3, 3, indices, results, 0.5f, bias));
        Assert.Equal([2, 0, 1], indices);
        Assert.Equal(0, results[2]);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_bad_row_among_extreme_ones_has_no_class(float bad)
    {
        float[] logits = [3e38f, -3e38f, 1, bad, 3e38f, 0, -3e38f, -3e38f, -3e38f];
        int[] indices = [.. Enumerable.Repeat(Unwritten, 6)];
        var values = new float[6];

        Assert.Equal(new InvalidLogit(1, 0, bad), TopK.Probabilities(logits, 3, 2, indices, values, 0.5f, [0, 1, 2]));

        Assert.Equal([0, 2, -1, -1, 2, 1], indices);
        Assert.Equal([float.NaN, float.NaN], values[2..4]);
    }

    [Fact]
    public void No_order_of_extreme_scores_is_too_much_for_the_candidates()
    {
        const int Classes = 5000;
        float[] bias = Samples.Normal(Classes, seed: 4);
        foreach (Func<int, float> order in (Func<int, float>[])[i => i * 5e34f, i => i * -5e34f, _ => 3e38f, i => i % 7 * 5e37f])
        {
            float[] row = [.. Enumerable.Range(0, Classes).Select(order)];
            int[] expected = Ranking(row, bias, 0.1f);
            foreach (int k in (int[])[1, 50, 1500])
            {
                var indices = new int[k];
                Assert.Null(TopK.Probabilities(row, Classes, k, indices, new float[k], 0.1f, bias));
                Assert.Equal(expected[..k], indices);
            }
        }
    }

    private static Gen<float> AnyOf(params float[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static float[] With(float[] row, int good)
    {
        row[good] = float.IsFinite(row[good]) ? row[good] : 1;
        return row;
    }

    /// <summary>By exact scores, ties to the lower index.</summary>
    private static int[] Ranking(float[] row, float[] bias, float temperature)
    {
        BigInteger[] exact = Exact(row, bias, temperature);
        return [.. Enumerable.Range(0, row.Length).OrderByDescending(i => exact[i]).ThenBy(i => i)];
    }

    /// <summary>logit + temperature · bias in whole numbers of 2^−298, masks far below all others.</summary>
    private static BigInteger[] Exact(float[] row, float[] bias, float temperature) =>
    [
        .. row.Select((logit, i) => float.IsNegativeInfinity(logit) ? -BigInteger.One << 1000
            : (Whole(logit) << 149) + (bias.Length == 0 ? 0 : Whole(temperature) * Whole(bias[i]))),
    ];

    /// <summary>value · 2^149.</summary>
    private static BigInteger Whole(float value)
    {
        int bits = BitConverter.SingleToInt32Bits(value), exponent = (bits >> 23) & 0xFF, mantissa = bits & 0x7FFFFF;
        BigInteger whole = exponent == 0 ? mantissa : (BigInteger)(mantissa | 0x800000) << (exponent - 1);
        return bits < 0 ? -whole : whole;
    }

    /// <summary>Each score less the greatest, rounded once: what tells scores of 1e38 apart shows.</summary>
    private static double[] LessGreatest(float[] row, float[] bias, float temperature)
    {
        BigInteger[] exact = Exact(row, bias, temperature);
        BigInteger greatest = exact.Max();
        return [.. exact.Select((score, i) => float.IsNegativeInfinity(row[i])
            ? double.NegativeInfinity
            : Math.ScaleB((double)(score - greatest), -298) / temperature)];
    }

    /// <summary>In an order that does not round away what is left where a bias cancels a logit.</summary>
    private static double[] Scores(float[] row, float[] bias, double temperature) =>
        [.. row.Select((logit, i) => (logit + (bias.Length == 0 ? 0 : temperature * bias[i])) * (1 / temperature))];

    private static double SoftPlus(double score) => Math.Max(score, 0) + Math.Log(1 + Math.Exp(-Math.Abs(score)));

    private static void AssertUlps(double[] expected, float[] actual, double ulps) =>
        AssertEach(expected, actual, (right, result) => Reference.Ulps(result, right) <= ulps);

    private static void AssertClose(double[] expected, float[] actual) =>
        AssertEach(expected, actual, static (right, result) => Math.Abs(result - right) <= 5e-7 + (Math.Abs(right) * 1.3e-7));

    private static void AssertEach(double[] expected, float[] actual, Func<double, float, bool> isRight)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            (double right, float result) = (expected[i], actual[i]);
            bool isBeyond = Math.Abs(right) > 1e30;
            Assert.True(
                float.IsInfinity((float)right) || float.IsInfinity(result) ? result == (float)right
                    : isBeyond ? Math.Abs((result / right) - 1) <= 1e-6 : isRight(right, result),
                $"result {i} is {result:R}, not {right:R}");
        }
    }
}
