using Scoring.Kernels;

namespace Scoring.Heads.Tests;

public sealed class EvaluationErrorTests
{
    private static readonly EvaluationPlan Classes = new(BuiltInHeads.Softmax, 2, 1);
    private static readonly EvaluationPlan Labels = new(BuiltInHeads.Sigmoid, 2, 1);

    public static TheoryData<EvaluationPlan> Unfit =>
    [
        new EvaluationPlan(BuiltInHeads.Linear, 2, 1),
        new EvaluationPlan(BuiltInHeads.Softmax with { Groups = [1, 1] }, 2, 1),
        new EvaluationPlan(BuiltInHeads.Softmax with { Classes = 3 }, 2, 1),
        new EvaluationPlan(BuiltInHeads.Softmax with { Bias = [1, 2, 3] }, 2, 1),
        new EvaluationPlan(BuiltInHeads.Softmax with { Labels = new LabelTable(["cat"]) }, 2, 1),
        new EvaluationPlan(BuiltInHeads.Softmax with { Bias = [0, float.NaN] }, 2, 1),
        new EvaluationPlan(BuiltInHeads.Sigmoid with { Bias = [float.PositiveInfinity, 0] }, 2, 1),
        new EvaluationPlan(BuiltInHeads.Softmax, 0, 1),
        new EvaluationPlan(BuiltInHeads.Softmax, 2, 0),
        new EvaluationPlan(BuiltInHeads.Softmax, 2, float.NaN),
        new EvaluationPlan(BuiltInHeads.Softmax, 2, float.PositiveInfinity),
    ];

    [Theory]
    [MemberData(nameof(Unfit), DisableDiscoveryEnumeration = true)]
    public void A_plan_that_cannot_be_measured_by_is_refused(EvaluationPlan plan)
    {
        Assert.ThrowsAny<ArgumentException>(() => Evaluator.For(plan));
        Assert.ThrowsAny<ArgumentException>(() => TemperatureFit.Of(plan, [1, 2], [1]));
    }

    [Fact]
    public void A_limit_that_is_none_is_refused()
    {
        EvaluationLimits[] limits = [new() { TopK = 0 }, new() { ConfusionClasses = -1 }, new() { ConfusionClasses = 46_341 },
            new() { AurocScores = -1 }];
        Assert.All(limits, limit => Assert.Throws<ArgumentOutOfRangeException>(() => Evaluator.For(Classes, limit)));
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    [InlineData(4, 3)]
    public void Rows_without_a_target_each_are_refused(int logits, int targets)
    {
        Assert.Throws<ArgumentException>(() => Evaluator.For(Classes).Add(new float[logits], new uint[targets]));
        Assert.Throws<ArgumentException>(() => TemperatureFit.Of(Classes, new float[logits], new uint[targets]));
        Assert.Throws<ArgumentException>(() => Evaluator.For(Labels).Add(new float[logits], new uint[targets]));
    }

    [Fact]
    public void A_target_that_is_none_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Evaluator.For(Classes).Add([1, 2], [2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Evaluator.For(Labels).Add([1, 2], [0, 256]));
        Assert.Throws<ArgumentOutOfRangeException>(() => TemperatureFit.Of(Labels, [1, 2], [2, 0]));
    }

    [Fact]
    public void A_logit_without_a_score_is_told_by_its_row_among_those_of_the_call()
    {
        var rows = new float[2 * 20_000];
        rows[(2 * 12_345) + 1] = float.PositiveInfinity;
        Assert.Equal(new InvalidLogit(12_345, 1, float.PositiveInfinity), Evaluator.For(Classes).Add(rows, new uint[20_000]));
        var refused = Assert.Throws<ArgumentException>(() => TemperatureFit.Of(Classes, rows, new uint[20_000]));
        Assert.StartsWith("Row 12345, column 1: Infinity has no score.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_masked_target_has_no_temperature()
    {
        var refused = Assert.Throws<ArgumentException>(() => TemperatureFit.Of(Classes, [0, 0, 1, float.NegativeInfinity], [1, 1]));
        Assert.StartsWith("Row 1, column 1: the target is masked", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TemperatureFit.Of(Labels, [0, float.NegativeInfinity], [0, 1]));
        Assert.InRange(TemperatureFit.Of(Labels, [1, float.NegativeInfinity], [1, 0]).Temperature, TemperatureFit.Lowest, TemperatureFit.Highest);
    }

    [Fact]
    public void A_bias_that_is_none_is_named()
    {
        var plan = Classes with { Head = Classes.Head with { Bias = [0, float.NaN] } };
        var refused = Assert.Throws<ArgumentException>(() => TemperatureFit.Of(plan, [1, 2], [1]));
        Assert.StartsWith("The bias of head 'softmax' is NaN for class 1; it must be a number.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_that_its_bias_masks_has_no_temperature()
    {
        float[] bias = [0, float.NegativeInfinity];
        var classes = Classes with { Head = Classes.Head with { Bias = bias } };
        var refused = Assert.Throws<ArgumentException>(() => TemperatureFit.Of(classes, [0, 0, 1, 2], [0, 1]));
        Assert.StartsWith("Row 1, column 1: the target is masked", refused.Message, StringComparison.Ordinal);
        var labels = Labels with { Head = Labels.Head with { Bias = bias } };
        Assert.Throws<ArgumentException>(() => TemperatureFit.Of(labels, [0, 1], [0, 1]));
        Assert.Equal(TemperatureFit.Of(Labels, [1, float.NegativeInfinity], [0, 0]), TemperatureFit.Of(labels, [1, 7], [0, 0]));
    }

    [Fact]
    public void Metrics_are_of_some_rows_and_the_last_word()
    {
        var evaluator = Evaluator.For(Classes);
        Assert.Throws<InvalidOperationException>(evaluator.Finish);
        evaluator.Add([1, 2], [1]);
        Assert.Equal(1, evaluator.Finish().Rows);
        Assert.Throws<InvalidOperationException>(() => evaluator.Add([1, 2], [1]));
    }
}
