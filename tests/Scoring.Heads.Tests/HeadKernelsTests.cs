using System.Runtime.InteropServices;
using CsCheck;
using Scoring.Kernels;

namespace Scoring.Heads.Tests;

/// <summary>What heads make of rows, held against float64, for each activation with and without groups, biases and rows without a score.</summary>
public sealed class HeadKernelsTests
{
    private static readonly Gen<Case> Cases =
        from activation in Gen.Enum<Activation>()
        from groups in Gen.Int[1, 6].Array[0, 3]
        from width in Gen.Int[1, 20]
        from rows in Gen.Int[0, 6]
        from isBiased in Gen.Bool
        from hasBad in Gen.Bool
        from seed in Gen.Int
        select Make(activation, activation.IsMulticlass() ? groups : [], width, rows, isBiased, hasBad, new Random(seed));

    [Fact]
    public void Scores_are_as_defined() => Cases.Sample(one =>
    {
        var scores = new float[one.Logits.Length];
        var invalid = HeadKernels.Scores(one.Plan, one.Logits, scores);
        one.AssertInvalid(invalid);
        for (var row = 0; row < one.Plan.Rows; row++)
        {
            foreach (var (start, width) in one.Spans())
            {
                var hasNone = one.Plan.Head.Activation.IsMulticlass() && one.IsBad(row);
                AssertClose(hasNone ? null : one.Expected(row, start, width), scores.AsSpan((row * one.Plan.Classes) + start, width));
            }
        }

        var inPlace = one.Logits.ToArray();
        HeadKernels.Scores(one.Plan, inPlace, inPlace);
        Assert.Equal(scores.Select(BitConverter.SingleToInt32Bits), inPlace.Select(BitConverter.SingleToInt32Bits));
    });

    [Fact]
    public void The_best_classes_are_those_of_the_best_scores() => Cases.Sample(one =>
    {
        var plan = one.Plan with { TopK = one.Spans().Min(span => span.Width) };
        var best = plan.Rows * plan.Distributions * plan.TopK;
        var (indices, scores) = (new int[best], new float[best]);
        one.AssertInvalid(HeadKernels.TopK(plan, one.Logits, indices, scores));
        var at = 0;
        for (var row = 0; row < plan.Rows; row++)
        {
            foreach (var (start, width) in one.Spans())
            {
                var expected = one.Expected(row, start, width);
                for (var k = 0; k < plan.TopK; k++, at++)
                {
                    var index = indices[at];
                    Assert.Equal(one.IsBad(row), index == -1);
                    AssertClose(one.IsBad(row) ? null : [expected[index - start]], [scores[at]]);
                    AssertClose(one.IsBad(row) ? null : [expected.OrderDescending().ElementAt(k)], [scores[at]]);
                }
            }
        }
    });

    [Fact]
    public void What_there_is_one_of_for_each_distribution_is_as_defined() => Cases.Sample(one =>
    {
        var plan = one.Plan;
        var count = plan.Rows * plan.Distributions;
        var (sums, entropies, losses) = (new float[count], new float[count], new float[count]);
        one.AssertInvalid(HeadKernels.LogSumExp(plan, one.Logits, sums));
        one.AssertInvalid(HeadKernels.Entropy(plan, one.Logits, entropies));
        var isMulticlass = plan.Head.Activation.IsMulticlass();
        var targets = isMulticlass ? Enumerable.Repeat(one.Spans().Select(span => (uint)span.Start), plan.Rows).SelectMany(row => row).ToArray() : [];
        if (isMulticlass)
        {
            one.AssertInvalid(HeadKernels.Losses(plan, one.Logits, targets, losses));
        }

        var at = 0;
        for (var row = 0; row < plan.Rows; row++)
        {
            foreach (var (start, width) in one.Spans())
            {
                var x = one.X(row, start, width);
                var logSumExp = Reference.LogSumExp(x);
                AssertClose(one.IsBad(row) ? null : [logSumExp], [sums[at]]);
                AssertClose(one.IsBad(row) ? null : [-Reference.Softmax(x).Sum(p => p > 0 ? p * Math.Log(p) : 0)], [entropies[at]]);
                AssertClose(one.IsBad(row) || !isMulticlass ? null : [logSumExp - x[0]], [isMulticlass ? losses[at] : float.NaN]);
                at++;
            }
        }
    });

    [Fact]
    public void Decisions_are_by_the_threshold() => Cases.Where(one => one.Plan.Head.Activation.HasProbabilities()).Sample(one =>
    {
        var decisions = new uint[one.Logits.Length];
        one.AssertInvalid(HeadKernels.Decisions(one.Plan, one.Logits, decisions));
        for (var row = 0; row < one.Plan.Rows; row++)
        {
            foreach (var (start, width) in one.Spans())
            {
                var x = one.X(row, start, width);
                var isMultilabel = one.Plan.Head.Activation.IsMultilabel();
                var probabilities = isMultilabel ? Array.ConvertAll(x, Reference.Sigmoid) : Reference.Softmax(x);
                var (most, threshold) = (isMultilabel ? 0 : probabilities.Max(), one.Plan.Head.Threshold);
                if (probabilities.Append(threshold).Any(p => Math.Abs(p - most) is > 0 and < 1e-6 || Math.Abs(p - threshold) is > 0 and < 1e-6))
                {
                    // FP32 may find either.
                    continue;
                }

                for (var i = 0; i < width; i++)
                {
                    var expected = (isMultilabel || !one.IsBad(row)) && probabilities[i] >= Math.Max(most, threshold);
                    Assert.Equal(expected ? 1u : 0u, decisions[(row * one.Plan.Classes) + start + i]);
                }
            }
        }
    });

    [Fact]
    public void Losses_of_labels_are_the_mean_of_their_cross_entropies()
    {
        var plan = new HeadPlan(BuiltInHeads.Sigmoid, rows: 1, classes: 2);
        var losses = new float[1];
        Assert.Null(HeadKernels.Losses(plan, [0, 1], [1, 0], losses));
        AssertClose([(Math.Log(2) + Math.Log(1 + Math.E)) / 2], losses);
        Assert.Throws<ArgumentException>(() => HeadKernels.Losses(plan, [0, 1], [1, 256], new float[1]));
    }

    [Fact]
    public void Targets_are_of_their_group()
    {
        var head = new HeadDefinition { Name = "pairs", Activation = Activation.Softmax, Groups = [2, 2] };
        var plan = new HeadPlan(head, rows: 1, classes: 4);
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => HeadKernels.Losses(plan, new float[4], [0, 1], new float[2]));
        Assert.Contains("The target of row 0, group 1 is not from 2 to 3.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_refuses_rows_that_the_head_is_not_for()
    {
        var head = new HeadDefinition { Name = "three", Activation = Activation.Softmax, Bias = [0, 0, 0] };
        Assert.Contains("Head 'three' is for 3 classes, not 4.", Assert.Throws<ArgumentException>(() => new HeadPlan(head, 1, 4)).Message);
        Assert.Throws<ArgumentException>(() => new HeadPlan(head with { Bias = [], Groups = [2, 1] }, 1, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeadPlan(head, -1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeadPlan(BuiltInHeads.Linear, 1 << 16, 1 << 15));
        Assert.Throws<InvalidOperationException>(() => HeadKernels.Scores(default, [], []));
    }

    [Fact]
    public void A_head_that_another_was_made_from_is_left_behind_with_what_was_found_of_it()
    {
        var head = new HeadDefinition { Name = "pairs", Activation = Activation.Softmax, Groups = [2, 2] };
        Assert.Equal([1, 3], BestOf(head));
        Assert.Equal(head with { }, head);
        Assert.Equal([0, 2], BestOf(head with { Bias = [5, 0, 5, 0] }));
        Assert.Equal([1, 3], BestOf(head with { Groups = [3, 1] }));
        var scores = new float[4];
        HeadKernels.Scores(new HeadPlan(head with { Activation = Activation.LogSoftmax }, 1, 4), [0, 0, 0, 0], scores);
        AssertClose([.. Enumerable.Repeat(-Math.Log(2), 4)], scores);
        var decisions = new uint[4];
        HeadKernels.Decisions(new HeadPlan(head with { Threshold = 0.99f }, 1, 4), [0, 1, 2, 3], decisions);
        Assert.Equal([0u, 0, 0, 0], decisions);
    }

    [Fact]
    public void A_plan_refuses_a_head_with_a_value_that_no_head_has()
    {
        var head = new HeadDefinition { Name = "pair", Activation = Activation.Softmax, Bias = [0, float.NegativeInfinity] };
        var scores = new float[2];
        Assert.Null(HeadKernels.Scores(new HeadPlan(head, 1, 2), [1, 2], scores));
        Assert.Equal([1, 0], scores);
        AssertRefused(head with { Bias = [0, float.NaN] }, "The bias of head 'pair' is NaN for class 1; it must be a number.");
        AssertRefused(head with { Bias = [float.PositiveInfinity, 0] }, "The bias of head 'pair' is Infinity for class 0; it must be a number.");
        AssertRefused(head with { Threshold = float.NaN }, "The threshold of head 'pair' is NaN; it must be from 0 to 1.");
        AssertRefused(head with { Threshold = 1.5f }, "The threshold of head 'pair' is 1.5; it must be from 0 to 1.");
        AssertRefused(
            new HeadDefinition { Name = "pair", Activation = Activation.Sigmoid, Groups = [1, 1] },
            "Head 'pair' has groups, each of which is one softmax; its activation is Sigmoid.");
    }

    [Theory]
    [InlineData(Activation.Softmax)]
    [InlineData(Activation.LogSoftmax)]
    [InlineData(Activation.Linear)]
    public void Nothing_is_written_over_a_bias_or_over_other_results(Activation activation)
    {
        var bias = new float[4];
        int[][] all = activation.IsMulticlass() ? [[], [2, 2]] : [[]];
        foreach (var groups in all)
        {
            var plan = new HeadPlan(new HeadDefinition { Name = "pairs", Activation = activation, Bias = bias, Groups = groups }, 1, 4);
            Assert.Throws<ArgumentException>(() => HeadKernels.Scores(plan, new float[4], bias));
            Assert.Throws<ArgumentException>(() => HeadKernels.LogSumExp(plan, new float[4], bias.AsSpan(0, plan.Distributions)));
            Assert.Throws<ArgumentException>(() => HeadKernels.TopK(
                plan, new float[4], new int[plan.Distributions], bias.AsSpan(0, plan.Distributions)));
            var both = new float[plan.Distributions];
            Assert.Throws<ArgumentException>(() => HeadKernels.TopK(plan, new float[4], MemoryMarshal.Cast<float, int>(both.AsSpan()), both));
        }

        Assert.All(bias, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Lengths_overlaps_and_values_that_do_not_fit_are_refused()
    {
        var plan = new HeadPlan(BuiltInHeads.Softmax, rows: 2, classes: 3);
        var memory = new float[12];
        Assert.Throws<ArgumentException>(() => HeadKernels.Scores(plan, memory.AsSpan(0, 3), memory.AsSpan(6, 3)));
        Assert.Throws<ArgumentException>(() => HeadKernels.Scores(plan, memory.AsSpan(0, 6), memory.AsSpan(1, 6)));
        Assert.Throws<ArgumentException>(() => HeadKernels.LogSumExp(plan, memory.AsSpan(0, 6), memory.AsSpan(5, 2)));
        Assert.Throws<ArgumentException>(() => HeadKernels.TopK(plan, memory.AsSpan(0, 6), new int[1], memory.AsSpan(6, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => HeadKernels.TopK(plan with { TopK = 4 }, memory.AsSpan(0, 6), new int[8], new float[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => HeadKernels.Scores(plan with { Temperature = 0 }, memory.AsSpan(0, 6), memory.AsSpan(6)));
        Assert.Throws<ArgumentException>(
            () => HeadKernels.Decisions(new HeadPlan(BuiltInHeads.Linear, 2, 3), memory.AsSpan(0, 6), new uint[6]));
    }

    [Fact]
    public void An_activation_that_nothing_is_known_of_is_refused_and_not_taken_for_another()
    {
        var plan = new HeadPlan(new HeadDefinition { Name = "new", Activation = (Activation)99 }, rows: 1, classes: 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => HeadKernels.Scores(plan, new float[2], new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => HeadKernels.TopK(plan, new float[2], new int[1], new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Head.Activation.IsMulticlass());
    }

    /// <summary>The best class of each group of 0, 1, 0, 1.</summary>
    private static int[] BestOf(HeadDefinition head)
    {
        var plan = new HeadPlan(head, rows: 1, classes: 4);
        var indices = new int[plan.Distributions];
        HeadKernels.TopK(plan, [0, 1, 0, 1], indices, new float[plan.Distributions]);
        return indices;
    }

    private static void AssertRefused(HeadDefinition head, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => new HeadPlan(head, 1, 2)).Message);

    private static void AssertClose(double[]? expected, ReadOnlySpan<float> actual)
    {
        for (var i = 0; i < actual.Length; i++)
        {
            if (expected is null)
            {
                Assert.Equal(float.NaN, actual[i]);
            }
            else
            {
                Assert.True(actual[i].Equals((float)expected[i]) || Math.Abs(actual[i] - expected[i]) < 1e-5, $"{actual[i]} is not {expected[i]}");
            }
        }
    }

    private static Case Make(Activation activation, int[] groups, int width, int rows, bool isBiased, bool hasBad, Random random)
    {
        var classes = groups.Length == 0 ? width : groups.Sum();
        var head = new HeadDefinition
        {
            Name = "made",
            Activation = activation,
            Temperature = 1.5f,
            Groups = groups,
            Threshold = 0.3f,
            Bias = isBiased ? [.. Enumerable.Range(0, classes).Select(_ => (float)random.NextDouble())] : [],
        };
        var logits = Enumerable.Range(0, rows * classes).Select(_ => (float)((random.NextDouble() * 12) - 6)).ToArray();
        if (hasBad && rows > 0)
        {
            logits[random.Next(logits.Length)] = random.Next(2) == 0 ? float.NaN : float.PositiveInfinity;
        }

        return new(new HeadPlan(head, rows, classes), logits);
    }

    private sealed record Case(HeadPlan Plan, float[] Logits)
    {
        public bool IsBad(int row) => Logits.AsSpan(row * Plan.Classes, Plan.Classes).ContainsAnyExceptInRange(-100f, 100f);

        public void AssertInvalid(InvalidLogit? invalid)
        {
            var at = Array.FindIndex(Logits, logit => !float.IsFinite(logit));
            Assert.Equal(at, invalid is { } found ? (found.Row * Plan.Classes) + found.Column : -1);
        }

        public IEnumerable<(int Start, int Width)> Spans() =>
            Plan.HasGroups ? Plan.Head.Groups.Select((width, i) => (Plan.Head.Groups[..i].Sum(), width)) : [(0, Plan.Classes)];

        /// <summary>logit / temperature + bias.</summary>
        public double[] X(int row, int start, int width)
        {
            var bias = Plan.Head.Bias.Length == 0 ? [] : Plan.Head.Bias.AsSpan(start, width);
            return Reference.Scores(Logits.AsSpan((row * Plan.Classes) + start, width), Plan.Temperature, bias);
        }

        public double[] Expected(int row, int start, int width)
        {
            var x = X(row, start, width);
            return Plan.Head.Activation switch
            {
                Activation.Softmax => Reference.Softmax(x),
                Activation.LogSoftmax => Reference.LogSoftmax(x),
                Activation.Sigmoid => Array.ConvertAll(x, Reference.Sigmoid),
                _ => x,
            };
        }

        public override string ToString() => $"{Plan.Head.Activation} [{string.Join(" ", Plan.Head.Groups)}] [{string.Join(" ", Logits)}]";
    }
}
