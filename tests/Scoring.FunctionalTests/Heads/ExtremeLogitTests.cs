using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Kernels;
using Scoring.Protocol;
using Scoring.V1;
using EvaluateRequest = Scoring.V1.EvaluateRequest;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests.Heads;

/// <summary>
/// Masks of the lowest float, temperatures that no score survives as a float, biases, and rows without a score among them: every class keeps its
/// rank, and what a row does not have is never another's. Pooled memory is poisoned in a debug build.
/// </summary>
public sealed class ExtremeLogitTests
{
    private const int Classes = 7;
    private const float Threshold = 0.3f;

    private static readonly float[] Bias = [0, 5, -1, 0.5f, -3e38f, 2, 1];
    private static readonly int[] Groups = [3, 4];
    private static readonly float[] Extremes = [float.MinValue, float.MaxValue, -3e38f, 3e38f, -1e30f, 1e9f, 0, float.Epsilon,
        float.NegativeInfinity];
    private static readonly float[] Temperatures = [1, 0.9f, 0.3f, 2, float.Epsilon, 1e-40f, 1e-9f, 1e20f, float.MaxValue];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("softmax", false)]
    [InlineData("softmax", true)]
    [InlineData("log_softmax", false)]
    [InlineData("log_softmax", true)]
    [InlineData("sigmoid", false)]
    [InlineData("linear", false)]
    public async Task Every_row_has_what_it_would_have_alone_and_exactly(string activation, bool grouped)
    {
        await using var server = await StartAsync(activation, grouped);
        var client = server.Connect();
        var random = new Random(activation.Length + (grouped ? 1 : 0));
        var outputs = OutputSet.Scores | OutputSet.TopK | OutputSet.LogSumExp
            | (activation == "linear" ? OutputSet.None : OutputSet.Decisions) | (
                activation.EndsWith("softmax", StringComparison.Ordinal) ? OutputSet.Entropy : OutputSet.None);
        for (var message = 0; message < 300; message++)
        {
            var logits = Rows(random, random.Next(1, 12));
            var request = new ScoreRequest
            {
                Head = random.Next(3) > 0 ? "biased" : "plain",
                Logits = logits,
                Temperature = Temperatures[random.Next(Temperatures.Length)],
                NonFinite = random.Next(2) == 0 ? NonFinite.Flag : NonFinite.Propagate,
                Outputs = outputs,
                TopK = random.Next(1, 4),
            };
            using var result = await client.ScoreAsync(request, TestEnd);
            for (var row = 0; row < result.Rows; row++)
            {
                Check(request, result, row, grouped ? Groups : [Classes], activation == "sigmoid");
            }
        }
    }

    [Theory]
    [InlineData("softmax")]
    [InlineData("log_softmax")]
    public async Task Evaluation_ranks_as_scoring_does(string activation)
    {
        await using var server = await StartAsync(activation, grouped: false);
        var random = new Random(activation.Length);
        foreach (var temperature in Temperatures)
        {
            var logits = Rows(random, 40).Chunk(Classes).Where(row => !IsInvalid(row)).SelectMany(row => row).ToArray();
            var rows = logits.Chunk(Classes).ToArray();
            uint[] targets = [.. rows.Select(_ => (uint)random.Next(Classes))];
            var request = new EvaluateRequest { Head = "biased", Temperature = temperature, Logits = { logits }, Targets = { targets } };
            var metrics = (await server.Connect().EvaluateAsync(Evaluations.Of([request]), TestEnd)).ClassMetrics;
            int[] ranks = [.. rows.Select((row, i) => Rank.Of(row, (int)targets[i], temperature, Bias))];
            for (var k = 1; k <= metrics.TopKAccuracy.Count; k++)
            {
                Assert.Equal(ranks.Average(rank => rank < k ? 1.0 : 0.0), metrics.TopKAccuracy[k - 1], 1e-12);
            }

            Assert.Equal((ulong)rows.Length, metrics.Confusion.Aggregate(0UL, (sum, count) => sum + count));
            Assert.Equal(rows.Length, metrics.Bins.Sum(bin => (long)bin.Count));
            Assert.InRange(metrics.BrierScore, 0, 2);
        }
    }

    [Theory]
    [InlineData("softmax")]
    [InlineData("sigmoid")]
    public async Task Calibration_finds_a_temperature(string activation)
    {
        await using var server = await StartAsync(activation, grouped: false);
        var random = new Random(3);
        float[] logits = [.. Rows(random, 60).Chunk(Classes).Where(row => !IsInvalid(row) && float.IsFinite(row[0])).SelectMany(row => row)];
        uint[] targets = activation == "sigmoid"
            ? [.. logits.Select(logit => logit > 0 ? 1u : 0u)]
            : [.. logits.Chunk(Classes).Select(_ => 0u)];
        var request = new EvaluateRequest { Head = "biased", Temperature = 1e-40f, Logits = { logits }, Targets = { targets } };
        var fit = await server.Connect().CalibrateAsync(Evaluations.Of([request]), TestEnd);
        Assert.InRange(fit.Temperature, 0.001, 1000);
        Assert.Equal(fit.Before.Rows, fit.After.Rows);
    }

    private static Task<ScoringServer> StartAsync(string activation, bool grouped) => ScoringServer.StartAsync(
    [
        .. new[] { "plain", "biased" }.SelectMany(name => HeadScores.WithBias(name, activation, name == "biased" ? Bias : []).Concat(
        [
            .. activation == "linear" ? [] : (string[])[FormattableString.Invariant($"--Scoring:Heads:{name}:threshold={Threshold}")],
            $"--Scoring:Heads:{name}:classes={Classes}",
            .. grouped ? Groups.Select((width, i) => $"--Scoring:Heads:{name}:groups:{i}={width}") : [],
        ])),
    ]);

    private static float[] Rows(Random random, int rows)
    {
        var logits = new float[rows * Classes];
        for (var i = 0; i < logits.Length; i++)
        {
            logits[i] = random.Next(60) == 0 ? (random.Next(2) == 0 ? float.NaN : float.PositiveInfinity)
                : random.Next(3) == 0 ? Extremes[random.Next(Extremes.Length)]
                : (float)((random.NextDouble() * 40) - 20);
        }

        return logits;
    }

    private static bool IsInvalid(ReadOnlySpan<float> logits) => InvalidLogits.Find(logits, logits.Length) is not null;

    private static void Check(ScoreRequest request, ScoreResult result, int row, int[] widths, bool isSigmoid)
    {
        var k = request.TopK;
        var logits = request.Logits.Span.Slice(row * Classes, Classes);
        ReadOnlySpan<float> bias = request.Head == "biased" ? Bias : [];
        var scores = result.ScoresOf(row);
        var decisions = result.Decisions.IsEmpty ? [] : result.Decisions.Slice(row * Classes, Classes);
        var isInvalid = false;
        for (int i = 0, start = 0; i < widths.Length; start += widths[i], i++)
        {
            isInvalid |= IsInvalid(logits.Slice(start, widths[i]));
        }

        Assert.Equal(isInvalid && request.NonFinite == NonFinite.Flag, result.InvalidRows.Contains(row));
        for (int i = 0, start = 0; i < widths.Length; start += widths[i], i++)
        {
            var at = ((row * widths.Length) + i) * k;
            var best = result.TopIndices.Slice(at, k);
            var group = logits.Slice(start, widths[i]);
            var biasOfGroup = bias.IsEmpty ? [] : bias.Slice(start, widths[i]);
            if (isInvalid)
            {
                Assert.Equal(Enumerable.Repeat(-1, k), best.ToArray());
                Assert.All(result.TopScores.Slice(at, k).ToArray(), score => Assert.True(
                    request.NonFinite == NonFinite.Flag ? score == 0 : float.IsNaN(score)));
                Assert.True(isSigmoid || !decisions.Contains(1u));
                continue;
            }

            Assert.False(float.IsNaN(result.LogSumExp[(row * widths.Length) + i]));
            for (var rank = 0; rank < k; rank++)
            {
                Assert.Equal(rank, Rank.Of(group, best[rank] - start, request.Temperature!.Value, biasOfGroup));
                Assert.Equal(scores[best[rank]], result.TopScores[at + rank]);
                Assert.False(float.IsNaN(scores[best[rank]]));
            }

            for (var column = start; column < start + widths[i] && !decisions.IsEmpty; column++)
            {
                var probability = isSigmoid
                    ? scores[column] : column == best[0] ? BestProbability(group, biasOfGroup, request.Temperature!.Value)
                    : 0;
                Assert.Equal(probability >= Threshold ? 1u : 0u, decisions[column]);
            }
        }
    }

    private static float BestProbability(ReadOnlySpan<float> logits, ReadOnlySpan<float> bias, float temperature)
    {
        var probabilities = new float[logits.Length];
        Softmax.Compute(logits, logits.Length, probabilities, temperature, bias);
        return probabilities.Max();
    }
}
