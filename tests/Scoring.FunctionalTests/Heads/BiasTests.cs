using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Protocol;

namespace Scoring.FunctionalTests.Heads;

public sealed class BiasTests
{
    private const int Rows = 9;
    private const int Classes = 11;
    private const int K = 4;
    private const float Temperature = 2.5f;

    private static readonly float[] Logits = Reference.Logits(Rows * Classes, seed: 21);
    private static readonly float[] Bias = Reference.Logits(Classes, seed: 22);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("softmax")]
    [InlineData("log_softmax")]
    [InlineData("sigmoid")]
    [InlineData("linear")]
    public async Task Scores_and_the_best_classes_take_the_bias_into_account(string activation)
    {
        await using var server = await StartAsync(activation);
        using var result = await server.Connect().ScoreAsync(Request(OutputSet.Scores | OutputSet.TopK), TestEnd);
        Assert.Equal(Classes, result.Classes);
        var isOtherOrder = false;
        for (var row = 0; row < Rows; row++)
        {
            var scaled = Scaled(row);
            Reference.AssertClose(HeadScores.Of(activation, scaled), result.ScoresOf(row), tolerance: 5e-6);
            var best = HeadScores.Best(scaled, K);
            Assert.Equal(best, result.TopIndices.Slice(row * K, K).ToArray());
            // The very scores, not merely close ones.
            var scores = result.ScoresOf(row).ToArray();
            Assert.Equal(best.Select(i => scores[i]), result.TopScores.Slice(row * K, K).ToArray());
            isOtherOrder |= !best.SequenceEqual(HeadScores.Best(HeadScores.Scaled(Row(row), [], Temperature), K));
        }

        Assert.True(isOtherOrder, "The bias must make a difference for this to test anything.");
    }

    [Theory]
    [InlineData("softmax")]
    [InlineData("log_softmax")]
    public async Task What_is_summed_over_a_row_takes_the_bias_into_account(string activation)
    {
        await using var server = await StartAsync(activation);
        uint[] targets = [.. Enumerable.Range(0, Rows).Select(row => (uint)(row * 4 % Classes))];
        using var result = await server.Connect().ScoreAsync(
            Request(OutputSet.LogSumExp | OutputSet.Entropy | OutputSet.Loss | OutputSet.Decisions, targets), TestEnd);
        Assert.True(result.Scores.IsEmpty);
        Assert.True(result.TopIndices.IsEmpty);
        for (var row = 0; row < Rows; row++)
        {
            var scaled = Scaled(row);
            Assert.Equal(HeadScores.LogSumExp(scaled), result.LogSumExp[row], 5e-6);
            Assert.Equal(HeadScores.Entropy(scaled), result.Entropy[row], 5e-6);
            Assert.Equal(-HeadScores.LogSoftmax(scaled)[targets[row]], result.Losses[row], 5e-6);
            var best = HeadScores.Best(scaled, 1)[0];
            Assert.Equal(Enumerable.Range(0, Classes).Select(i => i == best ? 1u : 0u), result.Decisions.Slice(row * Classes, Classes).ToArray());
        }
    }

    [Fact]
    public async Task Independent_labels_take_the_bias_into_account()
    {
        await using var server = await StartAsync("sigmoid", "--Scoring:Heads:biased:threshold=0.75");
        uint[] targets = [.. Enumerable.Range(0, Rows * Classes).Select(i => (uint)(i % 3 / 2))];
        using var result = await server.Connect().ScoreAsync(Request(OutputSet.LogSumExp | OutputSet.Loss | OutputSet.Decisions, targets), TestEnd);
        for (var row = 0; row < Rows; row++)
        {
            var scaled = Scaled(row);
            Assert.Equal(HeadScores.LogSumExp(scaled), result.LogSumExp[row], 5e-6);
            Assert.Equal(HeadScores.BinaryCrossEntropy(scaled, targets.Skip(row * Classes).Take(Classes)), result.Losses[row], 5e-6);
            Assert.Equal(
                HeadScores.Sigmoid(scaled).Select(p => p >= 0.75 ? 1u : 0u), result.Decisions.Slice(row * Classes, Classes).ToArray());
        }
    }

    [Theory]
    [InlineData("sigmoid")]
    [InlineData("linear")]
    public async Task A_row_without_a_score_has_no_best_classes_and_leaves_the_others_theirs(string activation)
    {
        await using var server = await ScoringServer.StartAsync(HeadScores.WithBias("biased", activation, 0, 5, 0));
        using var result = await server.Connect().ScoreAsync(
            new ScoreRequest
            {
                Head = "biased",
                Logits = new[] { 3, float.NaN, 1, 3, 0, 1 },
                Outputs = OutputSet.TopK,
                TopK = 2,
                NonFinite = Scoring.V1.NonFinite.Propagate,
            },
            TestEnd);
        Assert.Equal([-1, -1, 1, 0], result.TopIndices.ToArray());
        Assert.True(float.IsNaN(result.TopScores[0]));
    }

    [Fact]
    public async Task The_temperature_of_a_request_stands_for_that_of_the_head()
    {
        await using var server = await ScoringServer.StartAsync(
            [.. HeadScores.WithBias("biased", "linear", 1, 2), "--Scoring:Heads:biased:temperature=4"]);
        var client = server.Connect();
        using var own = await client.ScoreAsync(new ScoreRequest { Head = "biased", Logits = new float[] { 8, 8 } }, TestEnd);
        Assert.Equal([3f, 4f], own.Scores.ToArray());
        using var other = await client.ScoreAsync(new ScoreRequest { Head = "biased", Logits = new float[] { 8, 8 }, Temperature = 2 }, TestEnd);
        Assert.Equal([5f, 6f], other.Scores.ToArray());
    }

    [Fact]
    public async Task Softmax_of_0_and_x_agrees_with_the_sigmoid_of_x()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        var differences = Reference.Logits(2000, seed: 5).Select(x => x * 2).ToArray();
        using var two = await client.ScoreAsync(
            new ScoreRequest { Head = "softmax", Classes = 2, Logits = differences.SelectMany(x => new[] { 0, x }).ToArray() }, TestEnd);
        using var one = await client.ScoreAsync(new ScoreRequest { Head = "sigmoid", Classes = 1, Logits = differences }, TestEnd);
        for (var i = 0; i < differences.Length; i++)
        {
            Assert.InRange(Math.Abs(BitConverter.SingleToInt32Bits(two.Scores[(2 * i) + 1]) - BitConverter.SingleToInt32Bits(one.Scores[i])), 0, 4);
        }
    }

    private static Task<ScoringServer> StartAsync(string activation, params string[] settings) => ScoringServer.StartAsync(
        [.. HeadScores.WithBias(
            "biased", activation, Bias), FormattableString.Invariant($"--Scoring:Heads:biased:temperature={Temperature}"), .. settings]);

    private static ScoreRequest Request(OutputSet outputs, uint[]? targets = null) =>
        new() { Head = "biased", Logits = Logits, Outputs = outputs, TopK = K, Targets = targets };

    private static ReadOnlySpan<float> Row(int row) => Logits.AsSpan(row * Classes, Classes);

    private static double[] Scaled(int row) => HeadScores.Scaled(Row(row), Bias, Temperature);
}
