using System.Text.Json;

namespace Scoring.Cli.Tests.Commands;

public sealed class EvaluateTests
{
    private const double Tolerance = 1e-6;

    [Fact]
    public async Task Nothing_that_a_terminal_would_obey_is_in_the_tables()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("in.csv", "logit_\u001B[2J,logit_b,target\n0,1,0\n0,1,1\n");
        var result = await ScoringProcess.RunAsync("evaluate", file);
        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain('\u001B', result.Output);
        Assert.Matches(@"\?\[2J +b +1 +100", result.Output);
    }

    [Theory]
    [InlineData("iris", "csv")]
    [InlineData("iris", "npy")]
    [InlineData("digits", "csv")]
    [InlineData("digits", "npy")]
    public async Task Classes_are_measured_as_the_reference_has_them(string name, string format)
    {
        using var report = await JsonAsync(name, format);
        using var reference = Reference(name);
        var (root, expected, metrics) = (report.RootElement, reference.RootElement, report.RootElement.GetProperty("metrics"));
        Assert.Equal("softmax", root.GetProperty("head").GetString());
        Assert.Equal(expected.GetProperty("rows").GetInt32(), root.GetProperty("rows").GetInt32());
        AssertClose(expected, "cross_entropy", metrics.GetProperty("cross_entropy"));
        AssertClose(expected, "accuracy", metrics.GetProperty("accuracy"));
        AssertClose(expected, "brier", metrics.GetProperty("brier_score"));
        AssertClose(expected, "ece_15", metrics.GetProperty("expected_calibration_error"));
        AssertClose(expected, "precision_macro", metrics.GetProperty("macro").GetProperty("precision"));
        AssertClose(expected, "recall_macro", metrics.GetProperty("macro").GetProperty("recall"));
        AssertClose(expected, "f1_macro", metrics.GetProperty("macro").GetProperty("f1"));
        AssertClose(expected, "top_2_accuracy", metrics.GetProperty("top_k_accuracy")[1]);
        Assert.Equal(
            JsonSerializer.Serialize(expected.GetProperty("confusion_matrix")), JsonSerializer.Serialize(metrics.GetProperty("confusion")));
        Assert.Equal(15, metrics.GetProperty("bins").GetArrayLength());
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("npy")]
    public async Task Labels_are_measured_as_the_reference_has_them(string format)
    {
        using var report = await JsonAsync("attributes", format);
        using var reference = Reference("attributes");
        var (expected, metrics) = (reference.RootElement, report.RootElement.GetProperty("metrics"));
        Assert.Equal("sigmoid", report.RootElement.GetProperty("head").GetString());
        AssertClose(expected, "binary_cross_entropy", metrics.GetProperty("binary_cross_entropy"));
        AssertClose(expected, "subset_accuracy", metrics.GetProperty("subset_accuracy"));
        AssertClose(expected, "hamming_loss", metrics.GetProperty("hamming_loss"));
        AssertClose(expected, "auroc_macro", metrics.GetProperty("auroc_macro"));
        AssertClose(expected, "f1_macro", metrics.GetProperty("macro").GetProperty("f1"));
        AssertClose(expected, "precision_micro", metrics.GetProperty("micro").GetProperty("precision"));
        AssertClose(expected, "recall_micro", metrics.GetProperty("micro").GetProperty("recall"));
        AssertClose(expected, "f1_micro", metrics.GetProperty("micro").GetProperty("f1"));
    }

    [Fact]
    public async Task Calibrate_finds_the_temperature_of_the_reference_and_the_metrics_with_it()
    {
        var result = await ScoringProcess.RunAsync("calibrate", TestData.PathOf("digits.csv"), "--json");
        Assert.Equal(0, result.ExitCode);
        using var report = JsonDocument.Parse(result.Output);
        using var reference = Reference("digits");
        var fit = reference.RootElement.GetProperty("temperature_fit");
        Assert.Equal(fit.GetProperty("temperature").GetDouble(), report.RootElement.GetProperty("temperature").GetDouble(), 1e-4);
        AssertClose(reference.RootElement, "ece_15", report.RootElement.GetProperty("before").GetProperty("expected_calibration_error"));
        AssertClose(fit, "cross_entropy", report.RootElement.GetProperty("after").GetProperty("cross_entropy"));
        AssertClose(fit, "ece_15", report.RootElement.GetProperty("after").GetProperty("expected_calibration_error"));
        Assert.Equal(1, report.RootElement.GetProperty("temperature_before").GetDouble());
        var head = report.RootElement.GetProperty("head_configuration").GetProperty("calibrated");
        Assert.Equal("digit-9", head.GetProperty("labels")[9].GetString());
        Assert.Equal(3.62977, head.GetProperty("temperature").GetDouble(), 1e-4);
    }

    [Fact]
    public async Task Calibrate_prints_before_and_after_and_a_head_that_can_be_pasted()
    {
        var result = await ScoringProcess.RunAsync("calibrate", TestData.PathOf("digits.csv"));
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"temperature +1\.0000 +3\.6298 ", result.Output);
        Assert.Matches(@"calibration error +0\.0605 +0\.0249 ", result.Output);
        using var head = JsonDocument.Parse(result.Output[result.Output.IndexOf('{', StringComparison.Ordinal)..]);
        Assert.Equal("softmax", head.RootElement.GetProperty("calibrated").GetProperty("activation").GetString());
    }

    [Fact]
    public async Task The_head_that_calibrate_writes_makes_a_service_calibrated()
    {
        using var folder = new TemporaryFolder();
        await ScoringProcess.RunAsync("calibrate", TestData.PathOf("digits.csv"), "--output", folder["heads.json"]);
        var result = await ScoringProcess.RunAsync(
            "evaluate", TestData.PathOf("digits.csv"), "--head", "calibrated", "--json", "--", $"--Scoring:HeadsFile={folder["heads.json"]}");
        Assert.Equal("", result.Error);
        using var report = JsonDocument.Parse(result.Output);
        using var reference = Reference("digits");
        AssertClose(
            reference.RootElement.GetProperty("temperature_fit"), "ece_15", report.RootElement.GetProperty("metrics").GetProperty(
                "expected_calibration_error"));
    }

    [Fact]
    public async Task Calibrate_writes_the_head_to_a_file_and_does_not_print_it()
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync(
            "calibrate", TestData.PathOf("iris.csv"), "--output", folder["heads.json"], "--report", folder["iris.html"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            $"wrote {folder["heads.json"]}; serve with --Scoring:HeadsFile={folder["heads.json"]}\nwrote {folder["iris.html"]}\n", result.Error);
        Assert.DoesNotContain("{", result.Output, StringComparison.Ordinal);
        using var heads = JsonDocument.Parse(await File.ReadAllTextAsync(folder["heads.json"], TestContext.Current.CancellationToken));
        Assert.Equal(0.24537, heads.RootElement.GetProperty("calibrated").GetProperty("temperature").GetDouble(), 1e-4);
    }

    [Fact]
    public async Task What_is_printed_tells_the_head_and_names_the_classes()
    {
        var result = await ScoringProcess.RunAsync("evaluate", TestData.PathOf("iris.csv"));
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("iris.csv: 150 rows × 3 classes, head softmax (targets are classes)", result.OutputLines[0]);
        Assert.Matches(@"accuracy +0\.9733 ", result.Output);
        Assert.Matches(@"versicolor +0\.9423 +0\.9800 +0\.9608 +50", result.Output);
        Assert.Matches(@"virginica +versicolor +3 +6\.0%", result.Output);
    }

    [Theory]
    [InlineData("|u1")]
    [InlineData("<i4")]
    [InlineData("<i8")]
    [InlineData("<f4")]
    public async Task Targets_may_be_of_any_type_of_number_that_is_whole(string descr)
    {
        using var folder = new TemporaryFolder();
        var logits = folder.Write("logits.npy", Npy.Make("<f4", "(3, 2)", new float[] { 1, 0, 0, 1, 1, 0 }));
        var targets = folder.Write("targets.npy", descr switch
        {
            "|u1" => Npy.Make(descr, "(3,)", new byte[] { 0, 1, 1 }),
            "<i4" => Npy.Make(descr, "(3,)", new[] { 0, 1, 1 }),
            "<i8" => Npy.Make(descr, "(3, 1)", new long[] { 0, 1, 1 }),
            _ => Npy.Make(descr, "(3,)", new float[] { 0, 1, 1 }),
        });
        var result = await ScoringProcess.RunAsync("evaluate", logits, "--targets", targets, "--json");
        Assert.Equal("", result.Error);
        using var report = JsonDocument.Parse(result.Output);
        Assert.Equal(2 / 3.0, report.RootElement.GetProperty("metrics").GetProperty("accuracy").GetDouble(), 1e-12);
    }

    [Fact]
    public async Task A_service_at_an_address_measures_the_same()
    {
        using var folder = new TemporaryFolder();
        var (process, address) = await ScoringProcess.ServeAsync("--unix-socket", folder["service.sock"]);
        using (process)
        {
            var there = await ScoringProcess.RunAsync("evaluate", TestData.PathOf("iris.csv"), "--json", "--server", address, "--temperature", "2");
            var here = await ScoringProcess.RunAsync("evaluate", TestData.PathOf("iris.csv"), "--json", "--temperature", "2");
            Assert.Equal(0, there.ExitCode);
            Assert.Equal(here.Output, there.Output);
            Assert.Contains("\"temperature\": 2,", there.Output, StringComparison.Ordinal);
        }
    }

    private static async Task<JsonDocument> JsonAsync(string name, string format)
    {
        string[] input = format == "csv"
            ? [TestData.PathOf($"{name}.csv")]
            : [TestData.PathOf($"{name}.logits.npy"), "--targets", TestData.PathOf($"{name}.targets.npy")];
        var result = await ScoringProcess.RunAsync(["evaluate", .. input, "--json"]);
        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        return JsonDocument.Parse(result.Output);
    }

    private static JsonDocument Reference(string name) => JsonDocument.Parse(File.ReadAllText(TestData.PathOf($"{name}.reference.json")));

    private static void AssertClose(JsonElement expected, string name, JsonElement actual)
    {
        // Not every data set has every figure.
        if (expected.TryGetProperty(name, out var value))
        {
            Assert.Equal(value.GetDouble(), actual.GetDouble(), Tolerance);
        }
    }
}
