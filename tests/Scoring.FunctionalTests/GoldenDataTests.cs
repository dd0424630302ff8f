using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests;

public sealed class GoldenDataTests
{
    [Theory]
    [InlineData("iris", "softmax", 3)]
    [InlineData("digits", "softmax", 10)]
    [InlineData("attributes", "sigmoid", 4)]
    public async Task The_probabilities_of_real_classifiers_are_those_of_float64(string name, string head, int classes)
    {
        await using var server = await ScoringServer.StartAsync();
        var logits = GoldenData.Read<float>($"{name}.logits.npy").Values;
        var request = new ScoreRequest { Head = head, Classes = classes, Logits = logits };
        using var result = await server.Connect().ScoreAsync(request, TestContext.Current.CancellationToken);
        Reference.AssertClose(GoldenData.Read<double>($"{name}.probabilities.npy").Values, result.Scores, tolerance: 3e-7);
    }
}
