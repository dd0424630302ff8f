using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Heads;
using Scoring.Service.Heads;
using Scoring.V1;
using Activation = Scoring.Heads.Activation;

namespace Scoring.FunctionalTests.Evaluation;

public sealed class CalibrateTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("iris", 3)]
    [InlineData("digits", 10)]
    public async Task The_temperature_of_real_classifiers_is_that_of_float64(string name, int classes)
    {
        await using var server = await ScoringServer.StartAsync();
        var (logits, targets) = Evaluations.Golden(name);
        var response = await server.Connect().CalibrateAsync(
            Evaluations.Of(Evaluations.Split("softmax", classes, logits, targets, rows: 64)), TestEnd);
        var golden = Golden.Read(name);
        var fit = golden.Part("temperature_fit");
        fit.AssertIs("temperature", response.Temperature, tolerance: 1e-6);
        Assert.False(response.AtBound);
        golden.AssertIs("cross_entropy", response.Before.ClassMetrics.CrossEntropy);
        golden.AssertIs("ece_15", response.Before.ClassMetrics.ExpectedCalibrationError);
        fit.AssertIs("cross_entropy", response.After.ClassMetrics.CrossEntropy);
        fit.AssertIs("ece_15", response.After.ClassMetrics.ExpectedCalibrationError);
        golden.AssertIs("accuracy", response.After.ClassMetrics.Accuracy);
    }

    [Fact]
    public async Task The_metrics_are_those_that_Evaluate_has_before_and_after()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        var (logits, targets) = Evaluations.Golden("attributes");
        var messages = Evaluations.Split("sigmoid", 4, logits, targets, rows: 50);
        Array.ForEach(messages, message => message.Temperature = 2);
        var response = await client.CalibrateAsync(Evaluations.Of(messages), TestEnd);
        Assert.Equal(await client.EvaluateAsync(Evaluations.Of(messages), TestEnd), response.Before);
        Assert.True(response.After.LabelMetrics.BinaryCrossEntropy < response.Before.LabelMetrics.BinaryCrossEntropy);
        foreach (var factor in new[] { 0.99f, 1, 1.01f })
        {
            Array.ForEach(messages, message => message.Temperature = factor * (float)response.Temperature);
            var near = await client.EvaluateAsync(Evaluations.Of(messages), TestEnd);
            Assert.True(near.LabelMetrics.BinaryCrossEntropy > response.After.LabelMetrics.BinaryCrossEntropy || near.Equals(response.After));
        }
    }

    [Fact]
    public async Task A_fit_at_an_end_of_the_range_says_so()
    {
        await using var server = await ScoringServer.StartAsync();
        var response = await server.Connect().CalibrateAsync(Evaluations.Of(Evaluations.Message("softmax", 2, [1, 0, 0, 1], 0, 1)), TestEnd);
        Assert.True(response.AtBound);
        Assert.Equal(0.001f, response.Temperature);
        Assert.InRange(response.After.ClassMetrics.CrossEntropy, 0, 2.4e-7);
    }

    [Fact]
    public async Task A_head_comes_back_as_configuration_with_its_new_temperature()
    {
        await using var server = await ScoringServer.StartAsync();
        var head = new HeadDefinition
        {
            Name = "pets",
            Activation = Activation.LogSoftmax,
            Classes = 2,
            Labels = new(["cat", "große \"Katze\""]),
            Temperature = 2,
            Bias = [0.1f, -1e-9f],
            Threshold = 0.7f,
        };
        server.Services.GetRequiredService<HeadRegistry>().Swap(new HeadSnapshot([head], revision: 2));
        const string Second = "große \"Katze\"";
        var rows = new EvaluateRequest { Head = "pets", Logits = { 3, 0, 3, 0, 0, 1 }, TargetLabels = { "cat", Second, Second } };
        var response = await server.Connect().CalibrateAsync(Evaluations.Of(rows), TestEnd);
        Assert.Equal(2UL, response.Before.HeadRevision);
        var temperature = ((float)response.Temperature).ToString(CultureInfo.InvariantCulture);
        var expected = $$"""
            {"pets":{"activation":"log_softmax","labels":["cat","große \"Katze\""],"temperature":{{temperature}},"bias":[0.1,-1E-09],"threshold":0.7} }
            """;
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), JsonElement.Parse(response.HeadConfiguration)), response.HeadConfiguration);
        Assert.Contains("große", response.HeadConfiguration, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_built_in_head_comes_back_under_another_name_and_with_its_width()
    {
        await using var server = await ScoringServer.StartAsync();
        var response = await server.Connect().CalibrateAsync(Evaluations.Of(Evaluations.Message("sigmoid", 1, [1, -1], 1, 0)), TestEnd);
        var head = JsonElement.Parse(response.HeadConfiguration).GetProperty("calibrated");
        Assert.Equal("sigmoid", head.GetProperty("activation").GetString());
        Assert.Equal(1, head.GetProperty("classes").GetInt32());
        Assert.Equal(0.5f, head.GetProperty("threshold").GetSingle());
    }

    [Theory]
    [InlineData("softmax", 10, "digits")]
    [InlineData("sigmoid", 4, "attributes")]
    public async Task The_configuration_makes_a_head_with_the_metrics_after(string activation, int classes, string name)
    {
        var (logits, targets) = Evaluations.Golden(name);
        CalibrateResponse fit;
        await using (var server = await ScoringServer.StartAsync())
        {
            fit = await server.Connect().CalibrateAsync(Evaluations.Of(Evaluations.Message(activation, classes, logits, targets)), TestEnd);
        }

        using var folder = new TemporaryFolder();
        await using var configured = await ScoringServer.StartAsync($"--Scoring:HeadsFile={folder.Write("heads.json", fit.HeadConfiguration)}");
        var metrics = await configured.Connect().EvaluateAsync(Evaluations.Of(Evaluations.Message("calibrated", 0, logits, targets)), TestEnd);
        metrics.HeadRevision = fit.After.HeadRevision;
        Assert.Equal(fit.After, metrics);
    }
}
