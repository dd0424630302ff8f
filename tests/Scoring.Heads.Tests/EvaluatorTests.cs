using System.Globalization;
using CsCheck;
using Scoring.Kernels;

namespace Scoring.Heads.Tests;

/// <summary>The float64 definitions are the oracle, over rows with ties, masks, biases, one class, and classes that never occur.</summary>
public sealed class EvaluatorTests
{
    private const double Tolerance = 2e-6;

    [Fact]
    public void Losses_and_calibration_of_classes_are_as_defined() => RowSamples.Of(Activation.Softmax).Sample(samples =>
    {
        var metrics = (ClassMetrics)Measure(samples);
        var rows = NaiveMetrics.Scores(samples.Logits, samples.Classes, samples.Plan.Temperature, samples.Plan.Head.Bias);
        var probabilities = rows.Select(Reference.Softmax).ToArray();
        var best = Rankings(samples).Select(ranking => ranking[0]).ToArray();

        Assert.Equal(rows.Select((row, i) => NaiveMetrics.CrossEntropy(row, (int)samples.Targets[i])).Average(), metrics.CrossEntropy, Tolerance);
        var brier = probabilities.Select((row, i) => row.Select((p, column) => Math.Pow(p - (column == samples.Targets[i] ? 1 : 0), 2)).Sum());
        Assert.Equal(brier.Average(), metrics.BrierScore, Tolerance);
        if (NaiveMetrics.CalibrationError([.. probabilities.Select((row, i) => (row[best[i]], best[i] == samples.Targets[i]))]) is { } error)
        {
            Assert.Equal(error, metrics.ExpectedCalibrationError, Tolerance);
        }

        var binned = metrics.Bins.Where(bin => bin.Count > 0).Sum(bin => bin.Count * Math.Abs(bin.Accuracy - bin.Confidence)) / samples.Rows;
        Assert.Equal(binned, metrics.ExpectedCalibrationError, 1e-12);
        Assert.Equal(samples.Rows, metrics.Bins.Sum(bin => bin.Count));
        Assert.All(metrics.Bins.Where(bin => bin.Count > 0), bin => Assert.InRange(bin.Confidence, bin.Lower - 1e-7, bin.Upper + 1e-7));
    });

    [Fact]
    public void Ranks_and_qualities_of_classes_are_as_defined() => RowSamples.Of(Activation.LogSoftmax).Sample(samples =>
    {
        var metrics = (ClassMetrics)Measure(samples);
        var rankings = Rankings(samples);
        var rows = rankings.Select(
            (ranking, i) => (Best: ranking[0], Target: (int)samples.Targets[i], Rank: Array.IndexOf(ranking, (int)samples.Targets[i]))).ToArray();

        Assert.Equal(rows.Average(row => row.Rank == 0 ? 1.0 : 0.0), metrics.Accuracy, 1e-12);
        Assert.Equal(Math.Min(samples.Classes, 5), metrics.TopKAccuracy.Length);
        for (var k = 1; k <= metrics.TopKAccuracy.Length; k++)
        {
            Assert.Equal(rows.Average(row => row.Rank < k ? 1.0 : 0.0), metrics.TopKAccuracy[k - 1], 1e-12);
        }

        var occurring = new List<(double Precision, double Recall, double F1)>();
        for (var column = 0; column < samples.Classes; column++)
        {
            var expected = NaiveMetrics.Quality([.. rows.Select(row => (row.Best == column, row.Target == column))]);
            AssertQuality(expected, metrics.PerClass[column]);
            Assert.Equal(rows.Count(row => row.Target == column), (int)metrics.PerClass[column].Support);
            for (var best = 0; best < samples.Classes; best++)
            {
                Assert.Equal(rows.Count(row => row == (best, column, row.Rank)), (int)metrics.Confusion[(column * samples.Classes) + best]);
            }

            if (rows.Any(row => row.Best == column || row.Target == column))
            {
                occurring.Add(expected);
            }
        }

        AssertQuality(Mean(occurring), metrics.Macro);
        Assert.Equal(samples.Rows, (int)metrics.Macro.Support);
    });

    [Fact]
    public void Metrics_of_labels_are_as_defined() => RowSamples.Of(Activation.Sigmoid).Sample(samples =>
    {
        var metrics = (LabelMetrics)Measure(samples);
        var scores = NaiveMetrics.Scores(
            samples.Logits, samples.Classes, samples.Plan.Temperature, samples.Plan.Head.Bias).SelectMany(row => row).ToArray();
        var probabilities = new float[samples.Logits.Length];
        Sigmoid.Compute(samples.Logits, samples.Classes, probabilities, samples.Plan.Temperature, samples.Plan.Head.Bias);
        var decisions = probabilities.Select((p, i) => (Predicted: p >= 0.4f, Actual: samples.Targets[i] == 1)).ToArray();

        Assert.Equal(
            scores.Select((score, i) => NaiveMetrics.BinaryCrossEntropy(score, samples.Targets[i])).Average(), metrics.BinaryCrossEntropy, Tolerance);
        Assert.Equal(decisions.Average(one => one.Predicted == one.Actual ? 0.0 : 1.0), metrics.HammingLoss, 1e-12);
        Assert.Equal(
            decisions.Chunk(samples.Classes).Average(row => row.All(one => one.Predicted == one.Actual) ? 1.0 : 0.0), metrics.SubsetAccuracy, 1e-12);
        if (NaiveMetrics.CalibrationError([.. scores.Select((score, i) => (Reference.Sigmoid(score), samples.Targets[i] == 1))]) is { } error)
        {
            Assert.Equal(error, metrics.ExpectedCalibrationError, Tolerance);
        }

        AssertQuality(NaiveMetrics.Quality(decisions), metrics.Micro);
        var labels = Enumerable.Range(0, samples.Classes).Select(label => Column(decisions, label)).ToArray();
        Assert.All(labels, (label, i) => AssertQuality(NaiveMetrics.Quality(label), metrics.PerLabel[i]));
        AssertQuality(Mean([.. labels.Select(NaiveMetrics.Quality)]), metrics.Macro);

        var ranked = samples.Logits.Select((logit, i) => (logit, samples.Targets[i] == 1)).ToArray();
        var areas = Enumerable.Range(0, samples.Classes).Select(label => NaiveMetrics.Auroc(Column(ranked, label))).ToArray();
        Assert.All(areas, (area, label) => Assert.Equal(area, metrics.Auroc[label], 1e-12));
        Assert.Equal(areas.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average(), metrics.AurocMacro, 1e-12);
        Assert.Equal(0, metrics.AurocError);

        T[] Column<T>(T[] all, int label) => [.. all.Where((_, i) => i % samples.Classes == label)];
    });

    [Fact]
    public void However_rows_are_split_the_metrics_are_the_same_bits() =>
        Gen.Select(Gen.OneOf(RowSamples.Of(Activation.Softmax), RowSamples.Of(Activation.Sigmoid)), Gen.Int[1, 20]).Sample((samples, piece) =>
        {
            var evaluator = Evaluator.For(samples.Plan, new EvaluationLimits { AurocScores = 100 });
            for (var row = 0; row < samples.Rows; row += piece)
            {
                var count = Math.Min(piece, samples.Rows - row);
                evaluator.Add(
                    samples.Logits.AsSpan(row * samples.Classes, count * samples.Classes),
                    samples.Targets.AsSpan(row * samples.Plan.TargetsPerRow, count * samples.Plan.TargetsPerRow));
            }

            Assert.Equal(Bits(Measure(samples, new EvaluationLimits { AurocScores = 100 })), Bits(evaluator.Finish()));
        });

    [Theory]
    [InlineData(Activation.Softmax)]
    [InlineData(Activation.Sigmoid)]
    public void After_a_row_without_a_score_there_are_no_metrics(Activation activation)
    {
        var evaluator = Evaluator.For(new EvaluationPlan(new HeadDefinition { Name = "x", Activation = activation }, 2, 1), new EvaluationLimits());
        Assert.Null(evaluator.Add([1, 2], activation == Activation.Sigmoid ? [0, 1] : [1]));
        Assert.NotNull(evaluator.Add([1, float.NaN], activation == Activation.Sigmoid ? [0, 1] : [1]));
        Assert.Contains("had no score", Assert.Throws<InvalidOperationException>(evaluator.Finish).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_classes_are_sure_to_one_part_of_them()
    {
        var plan = new EvaluationPlan(new HeadDefinition { Name = "even", Activation = Activation.Softmax }, 3, 1);
        var metrics = (ClassMetrics)Measure(new RowSamples(plan, new float[6], [0, 2]));
        Assert.Equal(2, metrics.Bins[4].Count);
        Assert.Equal([0.5, 0.5, 1], metrics.TopKAccuracy);
        Assert.Equal(2.0 / 3, metrics.BrierScore, Tolerance);
        Assert.Equal(Math.Abs(0.5 - (1.0 / 3)), metrics.ExpectedCalibrationError, Tolerance);
    }

    [Fact]
    public void A_masked_target_costs_infinitely_much()
    {
        var plan = new EvaluationPlan(new HeadDefinition { Name = "masked", Activation = Activation.Softmax }, 2, 1);
        var metrics = (ClassMetrics)Measure(new RowSamples(plan, [0, float.NegativeInfinity], [1]));
        Assert.Equal(double.PositiveInfinity, metrics.CrossEntropy);
        Assert.Equal(2, metrics.BrierScore);
    }

    [Fact]
    public void Past_the_setting_there_is_no_confusion_matrix_and_still_the_quality_of_each_class()
    {
        var plan = new EvaluationPlan(new HeadDefinition { Name = "wide", Activation = Activation.Softmax }, 4, 1);
        var metrics = (ClassMetrics)Measure(
            new RowSamples(plan, [9, 0, 0, 0, 0, 9, 0, 0], [0, 2]), new EvaluationLimits { ConfusionClasses = 3, TopK = 2 });
        Assert.Empty(metrics.Confusion);
        Assert.Equal([1, 0, 0, 0], metrics.PerClass.Select(quality => quality.Recall));
        Assert.Equal(2, metrics.TopKAccuracy.Length);
    }

    [Theory]
    [InlineData(Activation.Softmax)]
    [InlineData(Activation.Sigmoid)]
    public void More_rows_take_no_more_memory(Activation activation)
    {
        const int Classes = 8;
        var plan = new EvaluationPlan(new HeadDefinition { Name = "long", Activation = activation, Threshold = 0.5f }, Classes, 1);
        var evaluator = Evaluator.For(plan, new EvaluationLimits { AurocScores = 1 << 16 });
        var random = new Random(3);
        var logits = Enumerable.Range(0, 100 * Classes).Select(_ => (float)((random.NextDouble() * 20) - 10)).ToArray();
        var targets = new uint[100 * plan.TargetsPerRow];
        // Until as many scores have come as AUROC may hold, it holds them.
        AddRows(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        AddRows(1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(110_000, evaluator.Finish().Rows);

        void AddRows(int times)
        {
            for (var i = 0; i < times; i++)
            {
                evaluator.Add(logits, targets);
            }
        }
    }

    private static EvaluationMetrics Measure(RowSamples samples, EvaluationLimits? limits = null)
    {
        var evaluator = Evaluator.For(samples.Plan, limits);
        Assert.Null(evaluator.Add(samples.Logits, samples.Targets));
        return evaluator.Finish();
    }

    /// <summary>By logits, or under a bias by what the kernels make of them, which is FP32: other scores are other ties.</summary>
    private static int[][] Rankings(RowSamples samples)
    {
        var scores = samples.Logits.ToArray();
        if (samples.Plan.Head.Bias.Length > 0)
        {
            Linear.Compute(samples.Logits, samples.Classes, scores, samples.Plan.Temperature, samples.Plan.Head.Bias);
        }

        return [.. scores.Chunk(samples.Classes).Select(NaiveMetrics.Ranking)];
    }

    private static (double Precision, double Recall, double F1) Mean(IReadOnlyCollection<(double Precision, double Recall, double F1)> all) =>
        (all.Average(one => one.Precision), all.Average(one => one.Recall), all.Average(one => one.F1));

    private static void AssertQuality((double Precision, double Recall, double F1) expected, ClassQuality actual)
    {
        Assert.Equal(expected.Precision, actual.Precision, 1e-12);
        Assert.Equal(expected.Recall, actual.Recall, 1e-12);
        Assert.Equal(expected.F1, actual.F1, 1e-12);
    }

    /// <summary>Every number of the metrics by its bits, so that −0 is not 0.</summary>
    private static string[] Bits(object? value) => value switch
    {
        double number => [BitConverter.DoubleToInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture)],
        long or int or ulong => [Convert.ToString(value, CultureInfo.InvariantCulture)!],
        System.Collections.IEnumerable all => [.. all.Cast<object>().SelectMany(Bits)],
        _ => [.. value!.GetType().GetProperties().SelectMany(property => Bits(property.GetValue(value)).Select(bits => $"{property.Name} {bits}"))],
    };
}
