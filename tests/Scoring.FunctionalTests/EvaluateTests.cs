using System.Text.Json;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests;

public sealed class EvaluateTests
{
    private const double Tolerance = 1e-6;

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
        var golden = Golden(name);
        Assert.Equal(golden.GetProperty("rows").GetUInt64(), response.Rows);
        Assert.Equal(classes, (int)response.Classes);
        AssertIs(golden, "cross_entropy", metrics.CrossEntropy);
        AssertIs(golden, "accuracy", metrics.Accuracy);
        AssertIs(golden, "brier", metrics.BrierScore);
        AssertIs(golden, "ece_15", metrics.ExpectedCalibrationError);
        AssertIs(golden, "precision_macro", metrics.Macro.Precision);
        AssertIs(golden, "recall_macro", metrics.Macro.Recall);
        AssertIs(golden, "f1_macro", metrics.Macro.F1);
        Assert.Equal(Math.Min(classes, 5), metrics.TopKAccuracy.Count);
        AssertIs(golden, "accuracy", metrics.TopKAccuracy[0]);
        for (var k = 2; k <= metrics.TopKAccuracy.Count; k++)
        {
            if (golden.TryGetProperty($"top_{k}_accuracy", out _))
            {
                AssertIs(golden, $"top_{k}_accuracy", metrics.TopKAccuracy[k - 1]);
            }
        }

        var confusion = golden.GetProperty("confusion_matrix").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(cell => cell.GetUInt64()));
        Assert.Equal(confusion, metrics.Confusion);
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
        var golden = Golden("attributes");
        Assert.Equal(golden.GetProperty("rows").GetUInt64(), response.Rows);
        AssertIs(golden, "binary_cross_entropy", metrics.BinaryCrossEntropy);
        AssertIs(golden, "subset_accuracy", metrics.SubsetAccuracy);
        AssertIs(golden, "hamming_loss", metrics.HammingLoss);
        AssertIs(golden, "precision_micro", metrics.Micro.Precision);
        AssertIs(golden, "recall_micro", metrics.Micro.Recall);
        AssertIs(golden, "f1_micro", metrics.Micro.F1);
        AssertIs(golden, "f1_macro", metrics.Macro.F1);
        AssertIs(golden, "auroc_macro", metrics.AurocMacro);
        Assert.Equal(0, metrics.AurocError);
        Assert.Equal(4 * response.Rows, (ulong)metrics.Bins.Sum(bin => (long)bin.Count));
    }

    private static JsonElement Golden(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", $"{name}.reference.json"))).RootElement;

    private static void AssertIs(JsonElement golden, string name, double actual) => Assert.Equal(golden.GetProperty(name).GetDouble(), actual, Tolerance);
}
