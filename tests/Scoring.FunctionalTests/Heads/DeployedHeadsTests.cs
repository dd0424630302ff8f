using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Protocol;

namespace Scoring.FunctionalTests.Heads;

/// <summary><c>deploy/heads.json</c> is for the models whose logits are in <c>tests/data</c>.</summary>
public sealed class DeployedHeadsTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("iris", 0.17615893113541495)]
    [InlineData("digits", 0.2682537676134494)]
    public async Task The_heads_of_exclusive_classes_lose_what_they_should(string head, double crossEntropy)
    {
        await using var server = await StartAsync();
        uint[] targets = [.. GoldenData.Read<int>($"{head}.targets.npy").Values.Select(target => (uint)target)];
        var request = new ScoreRequest
        {
            Head = head,
            Logits = GoldenData.Read<float>($"{head}.logits.npy").Values,
            Outputs = OutputSet.Loss,
            Targets = targets
        };
        using var result = await server.Connect().ScoreAsync(request, TestEnd);
        Assert.Equal(crossEntropy, result.Losses.ToArray().Average(loss => (double)loss), 1e-5);
    }

    [Fact]
    public async Task The_heads_have_the_labels_of_their_data()
    {
        await using var server = await StartAsync();
        var heads = (await server.Connect().ListHeadsAsync(TestEnd)).Heads.ToDictionary(head => head.Name);
        Assert.Equal(Labels("iris"), heads["iris"].Labels);
        Assert.Equal(Labels("attributes"), heads["attributes"].Labels);
        Assert.Equal((10u, 3.63f), (heads["digits"].Classes, heads["digits"].Temperature));
    }

    [Fact]
    public async Task The_head_of_attributes_decides_by_its_threshold()
    {
        await using var server = await StartAsync();
        var request = new ScoreRequest
        {
            Head = "attributes",
            Logits = GoldenData.Read<float>("attributes.logits.npy").Values,
            Outputs = OutputSet.Scores | OutputSet.Decisions
        };
        using var result = await server.Connect().ScoreAsync(request, TestEnd);
        Assert.Equal(result.Scores.ToArray().Select(p => p >= 0.6f ? 1u : 0u), result.Decisions.ToArray());
    }

    private static Task<ScoringServer> StartAsync() =>
        ScoringServer.StartAsync($"--Scoring:HeadsFile={Path.Combine(AppContext.BaseDirectory, "deploy", "heads.json")}");

    private static string[] Labels(string name) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "data", $"{name}.labels.txt"));
}
