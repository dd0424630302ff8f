using Scoring.FunctionalTests.Infrastructure;

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
        var response = await server.Connect().CalibrateAsync(Evaluations.Of(Evaluations.Split("softmax", classes, logits, targets, rows: 64)), TestEnd);
        var golden = Golden.Read(name);
        var fit = golden.Part("temperature_fit");
        fit.AssertIs("temperature", response.Temperature, tolerance: 1e-4);
        Assert.False(response.AtBound);
        golden.AssertIs("cross_entropy", response.Before.ClassMetrics.CrossEntropy);
        golden.AssertIs("ece_15", response.Before.ClassMetrics.ExpectedCalibrationError);
        fit.AssertIs("cross_entropy", response.After.ClassMetrics.CrossEntropy);
        fit.AssertIs("ece_15", response.After.ClassMetrics.ExpectedCalibrationError);
        golden.AssertIs("accuracy", response.After.ClassMetrics.Accuracy);
    }
}
