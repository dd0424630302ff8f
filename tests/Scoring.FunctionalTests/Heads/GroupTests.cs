using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Protocol;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests.Heads;

public sealed class GroupTests
{
    private const int Rows = 6;
    private const int Classes = 10;
    private const int K = 2;
    private const float Temperature = 0.5f;

    private static readonly int[] Groups = [3, 5, 2];
    private static readonly int[] Starts = [0, 3, 8];
    private static readonly float[] Logits = Reference.Logits(Rows * Classes, seed: 31);
    private static readonly float[] Bias = Reference.Logits(Classes, seed: 32);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("softmax")]
    [InlineData("log_softmax")]
    public async Task Every_output_is_that_of_each_group_by_itself(string activation)
    {
        await using var server = await StartAsync(activation);
        uint[] targets = [.. Enumerable.Range(0, Rows * Groups.Length).Select(i => (uint)(Starts[i % 3] + (i % Groups[i % 3])))];
        using var result = await server.Connect().ScoreAsync(
            new ScoreRequest
            {
                Head = "actions",
                Logits = Logits,
                Outputs = OutputSet.All & ~OutputSet.Labels,
                TopK = K,
                Targets = targets,
            },
            TestEnd);
        Assert.Equal(Rows * Groups.Length * K, result.TopIndices.Length);
        Assert.Equal(Rows * Groups.Length, result.Losses.Length);
        for (var row = 0; row < Rows; row++)
        {
            for (var group = 0; group < Groups.Length; group++)
            {
                var (start, width, at) = (Starts[group], Groups[group], (row * Groups.Length) + group);
                var scaled = HeadScores.Scaled(Logits.AsSpan((row * Classes) + start, width), Bias.AsSpan(start, width), Temperature);
                var scores = result.ScoresOf(row).Slice(start, width).ToArray();
                Reference.AssertClose(HeadScores.Of(activation, scaled), scores, tolerance: 5e-6);

                var best = HeadScores.Best(scaled, K);
                Assert.Equal(best.Select(i => start + i), result.TopIndices.Slice(at * K, K).ToArray());
                Assert.Equal(best.Select(i => scores[i]), result.TopScores.Slice(at * K, K).ToArray());
                Assert.Equal(HeadScores.LogSumExp(scaled), result.LogSumExp[at], 5e-6);
                Assert.Equal(HeadScores.Entropy(scaled), result.Entropy[at], 5e-6);
                Assert.Equal(-HeadScores.LogSoftmax(scaled)[targets[at] - start], result.Losses[at], 5e-6);
                var decisions = result.Decisions.Slice((row * Classes) + start, width).ToArray();
                Assert.Equal(Enumerable.Range(0, width).Select(i => i == best[0] ? 1u : 0u), decisions);
            }
        }
    }

    [Fact]
    public async Task The_threshold_holds_for_each_group()
    {
        await using var server = await ScoringServer.StartAsync(
            "--Scoring:Heads:pair:activation=softmax", "--Scoring:Heads:pair:groups:0=2", "--Scoring:Heads:pair:groups:1=2",
            "--Scoring:Heads:pair:threshold=0.9");
        using var result = await server.Connect().ScoreAsync(
            new ScoreRequest { Head = "pair", Logits = new float[] { 0, 9, 1, 0 }, Outputs = OutputSet.Decisions }, TestEnd);
        Assert.Equal([0u, 1u, 0u, 0u], result.Decisions.ToArray());
    }

    [Theory]
    [InlineData(float.NaN, "row 2, column 8: the logit is NaN, which has no score")]
    [InlineData(float.NegativeInfinity, "row 2 is -inf in every column of group 2, so it has no probabilities")]
    public async Task A_group_without_a_score_is_named_with_its_place_in_the_row(float bad, string message)
    {
        await using var server = await StartAsync("softmax");
        var client = server.Connect();
        foreach (var outputs in new[] { OutputSet.Scores, OutputSet.TopK, OutputSet.Entropy, OutputSet.LogSumExp, OutputSet.Decisions })
        {
            var refused = await Assert.ThrowsAsync<ScoringException>(
                () => client.ScoreAsync(new ScoreRequest { Head = "actions", Logits = With(bad), Outputs = outputs }, TestEnd));
            Assert.Equal(message, refused.Error.Message);
            Assert.Equal((2, 8), (refused.Error.Row, refused.Error.Column));
        }
    }

    [Theory]
    [InlineData(NonFinite.Flag)]
    [InlineData(NonFinite.Propagate)]
    public async Task A_row_with_a_group_without_a_score_has_none_at_all(NonFinite nonFinite)
    {
        await using var server = await StartAsync("log_softmax");
        using var result = await server.Connect().ScoreAsync(
            new ScoreRequest
            {
                Head = "actions",
                Logits = With(float.NegativeInfinity),
                NonFinite = nonFinite,
                Outputs = OutputSet.Scores | OutputSet.TopK | OutputSet.Entropy | OutputSet.Decisions,
            },
            TestEnd);
        var isFlag = nonFinite == NonFinite.Flag;
        Assert.Equal(isFlag ? [2] : [], result.InvalidRows.ToArray());
        var none = isFlag ? 0 : float.NaN;
        Assert.Equal(Enumerable.Repeat(none, Classes), result.ScoresOf(2).ToArray());
        Assert.Equal(Enumerable.Repeat(none, 3), result.Entropy.Slice(6, 3).ToArray());
        Assert.Equal(Enumerable.Repeat(none, 3), result.TopScores.Slice(6, 3).ToArray());
        Assert.Equal(Enumerable.Repeat(-1, 3), result.TopIndices.Slice(6, 3).ToArray());
        Assert.Equal(Enumerable.Repeat(0u, Classes), result.Decisions.Slice(2 * Classes, Classes).ToArray());
        Assert.DoesNotContain(float.NaN, result.ScoresOf(3).ToArray());
        Assert.Contains(1u, result.Decisions.Slice(3 * Classes, Classes).ToArray());
    }

    private static Task<ScoringServer> StartAsync(string activation) => ScoringServer.StartAsync(
    [
        .. HeadScores.WithBias("actions", activation, Bias),
        FormattableString.Invariant($"--Scoring:Heads:actions:temperature={Temperature}"),
        .. Groups.Select((width, i) => $"--Scoring:Heads:actions:groups:{i}={width}"),
    ]);

    /// <summary>Row 2 with this in all of group 2.</summary>
    private static float[] With(float bad)
    {
        float[] logits = [.. Logits];
        logits.AsSpan((2 * Classes) + 8, 2).Fill(bad);
        return logits;
    }
}
