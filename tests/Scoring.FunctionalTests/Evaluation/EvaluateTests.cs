using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Evaluation;

public sealed class EvaluateTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("iris", "softmax", 3)]
    [InlineData("digits", "log_softmax", 10)]
    public async Task The_metrics_of_real_classifiers_are_those_of_float64(string name, string head, int classes)
    {
        await using var server = await ScoringServer.StartAsync();
        var (logits, targets) = Evaluations.Golden(name);
        var response = await server.Connect().EvaluateAsync(Evaluations.Of(Evaluations.Split(head, classes, logits, targets, rows: 64)), TestEnd);
        var metrics = response.ClassMetrics;
        var golden = Golden.Read(name);
        Assert.Equal((ulong)golden["rows"], response.Rows);
        Assert.Equal(classes, (int)response.Classes);
        golden.AssertIs("cross_entropy", metrics.CrossEntropy);
        golden.AssertIs("accuracy", metrics.Accuracy);
        golden.AssertIs("brier", metrics.BrierScore);
        golden.AssertIs("ece_15", metrics.ExpectedCalibrationError);
        golden.AssertIs("precision_macro", metrics.Macro.Precision);
        golden.AssertIs("recall_macro", metrics.Macro.Recall);
        golden.AssertIs("f1_macro", metrics.Macro.F1);
        Assert.Equal(Math.Min(classes, 5), metrics.TopKAccuracy.Count);
        golden.AssertIs("accuracy", metrics.TopKAccuracy[0]);
        for (var k = 2; k <= metrics.TopKAccuracy.Count; k++)
        {
            if (golden.Has($"top_{k}_accuracy"))
            {
                golden.AssertIs($"top_{k}_accuracy", metrics.TopKAccuracy[k - 1]);
            }
        }

        Assert.Equal(golden.Matrix("confusion_matrix"), metrics.Confusion);
        Assert.Equal(response.Rows, (ulong)metrics.PerClass.Sum(quality => (long)quality.Support));
        Assert.Equal(response.Rows, (ulong)metrics.Bins.Sum(bin => (long)bin.Count));
    }

    [Fact]
    public async Task The_metrics_of_real_labels_are_those_of_float64()
    {
        await using var server = await ScoringServer.StartAsync();
        var (logits, targets) = Evaluations.Golden("attributes");
        var response = await server.Connect().EvaluateAsync(Evaluations.Of(Evaluations.Split("sigmoid", 4, logits, targets, rows: 100)), TestEnd);
        var metrics = response.LabelMetrics;
        var golden = Golden.Read("attributes");
        Assert.Equal((ulong)golden["rows"], response.Rows);
        golden.AssertIs("binary_cross_entropy", metrics.BinaryCrossEntropy);
        golden.AssertIs("subset_accuracy", metrics.SubsetAccuracy);
        golden.AssertIs("hamming_loss", metrics.HammingLoss);
        golden.AssertIs("precision_micro", metrics.Micro.Precision);
        golden.AssertIs("recall_micro", metrics.Micro.Recall);
        golden.AssertIs("f1_micro", metrics.Micro.F1);
        golden.AssertIs("f1_macro", metrics.Macro.F1);
        golden.AssertIs("auroc_macro", metrics.AurocMacro);
        Assert.Equal(0, metrics.AurocError);
        Assert.Equal(4 * response.Rows, (ulong)metrics.Bins.Sum(bin => (long)bin.Count));
    }
}
