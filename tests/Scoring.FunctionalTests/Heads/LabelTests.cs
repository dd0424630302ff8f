using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Protocol;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests.Heads;

public sealed class LabelTests
{
    private static readonly string[] Pets = Labels("pets", "cat", "größe-大", "dog");

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_best_classes_are_named()
    {
        await using var server = await ScoringServer.StartAsync(Pets);
        var client = server.Connect();
        var request = new ScoreRequest
        {
            Head = "pets",
            Logits = new float[] { 1, 3, 2, 9, 0, 5 },
            Outputs = OutputSet.TopK | OutputSet.Labels,
            TopK = 2
        };
        using var one = await client.ScoreAsync(request, TestEnd);
        Assert.Equal(["größe-大", "dog", "cat", "dog"], one.TopLabels);
        await foreach (var result in client.ScoreStreamAsync(Source.Of([.. Enumerable.Repeat(request, 50)]), TestEnd))
        {
            Assert.Equal(["größe-大", "dog", "cat", "dog"], result.TopLabels);
            result.Dispose();
        }
    }

    [Fact]
    public async Task Labels_that_nobody_asks_for_are_not_sent()
    {
        await using var server = await ScoringServer.StartAsync(Pets);
        using var result = await server.Connect().ScoreAsync(
            new ScoreRequest { Head = "pets", Logits = new float[3], Outputs = OutputSet.TopK }, TestEnd);
        Assert.Empty(result.TopLabels);
    }

    [Theory]
    [InlineData(NonFinite.Flag)]
    [InlineData(NonFinite.Propagate)]
    public async Task A_row_that_has_no_score_has_no_label(NonFinite nonFinite)
    {
        await using var server = await ScoringServer.StartAsync(Pets);
        using var result = await server.Connect().ScoreAsync(
            new ScoreRequest
            {
                Head = "pets",
                Logits = new[] { 1, 3, 2, 9, float.NaN, 5, 9, 0, 5 },
                Outputs = OutputSet.TopK | OutputSet.Labels,
                TopK = 2,
                NonFinite = nonFinite,
            },
            TestEnd);
        Assert.Equal(["größe-大", "dog", string.Empty, string.Empty, "cat", "dog"], result.TopLabels);
    }

    [Fact]
    public async Task The_best_classes_of_each_group_are_named()
    {
        await using var server = await ScoringServer.StartAsync(
            [.. Labels("actions", "stay", "go", "left", "right"), "--Scoring:Heads:actions:groups:0=2", "--Scoring:Heads:actions:groups:1=2"]);
        using var result = await server.Connect().ScoreAsync(
            new ScoreRequest { Head = "actions", Logits = new float[] { 0, 1, 1, 0 }, Outputs = OutputSet.TopK | OutputSet.Labels }, TestEnd);
        Assert.Equal(["go", "left"], result.TopLabels);
    }

    [Fact]
    public async Task Targets_may_be_labels()
    {
        await using var server = await ScoringServer.StartAsync(
        [
            .. Pets, .. Labels("actions", "stay", "go", "left", "right"), "--Scoring:Heads:actions:groups:0=2", "--Scoring:Heads:actions:groups:1=2",
        ]);
        var client = server.Connect();
        await AssertSameLossesAsync(client, "pets", 3, [1, 0, 2], ["größe-大", "cat", "dog"]);
        await AssertSameLossesAsync(client, "actions", 4, [1, 2, 0, 3], ["go", "left", "stay", "right"]);
    }

    [Fact]
    public async Task Labels_past_the_limit_of_an_answer_are_refused_and_the_next_message_is_scored()
    {
        await using var server = await ScoringServer.StartAsync(
            [.. Labels("long", new string('a', 200), new string('b', 200)), "--Scoring:Limits:MessageBytes=1024"]);
        var client = server.Connect();
        var refused = await Assert.ThrowsAsync<ScoringException>(() => client.ScoreAsync(Request(3), TestEnd));
        Assert.Equal(
            "the labels of the best classes take 1200 bytes; the limit is 1024, so ask for fewer rows in a message, or a smaller top_k",
            refused.Error.Message);
        using var result = await client.ScoreAsync(Request(2), TestEnd);
        Assert.Equal(4, result.TopLabels.Count);

        static ScoreRequest Request(int rows) =>
            new() { Head = "long", Logits = new float[2 * rows], Outputs = OutputSet.TopK | OutputSet.Labels, TopK = 2 };
    }

    private static string[] Labels(string head, params string[] labels) =>
        [$"--Scoring:Heads:{head}:activation=softmax", .. labels.Select((label, i) => $"--Scoring:Heads:{head}:labels:{i}={label}")];

    private static async Task AssertSameLossesAsync(ScoringClient client, string head, int classes, uint[] targets, string[] labels)
    {
        var logits = Reference.Logits(classes * 6, seed: 8)[..(head == "pets" ? 9 : 8)];
        using var byClass = await client.ScoreAsync(
            new ScoreRequest { Head = head, Logits = logits, Outputs = OutputSet.Loss, Targets = targets }, TestEnd);
        using var byLabel = await client.ScoreAsync(
            new ScoreRequest { Head = head, Logits = logits, Outputs = OutputSet.Loss, TargetLabels = labels }, TestEnd);
        Assert.Equal(targets.Length, byLabel.Losses.Length);
        Assert.Equal(byClass.Losses.ToArray(), byLabel.Losses.ToArray());
    }
}
