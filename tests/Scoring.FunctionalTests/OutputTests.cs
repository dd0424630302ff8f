using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Grpc.Core;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Protocol;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests;

public sealed class OutputTests
{
    private const int Rows = 7;
    private const int Classes = 13;

    private static readonly float[] Logits = Reference.Logits(Rows * Classes, seed: 3);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<string, float?> Heads => new() { { "softmax", null }, { "log_softmax", 2.5f }, { "sigmoid", 0.5f }, { "linear", 4f } };

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task Scores_and_the_best_classes_are_those_of_the_head(string head, float? temperature)
    {
        await using var server = await ScoringServer.StartAsync();
        using var result = await server.Connect().ScoreAsync(
            new ScoreRequest
            {
                Head = head,
                Classes = Classes,
                Logits = Logits,
                Temperature = temperature,
                Outputs = OutputSet.Scores | OutputSet.TopK,
                TopK = 5,
            },
            TestEnd);
        for (var row = 0; row < Rows; row++)
        {
            var expected = Score(head, Logits.AsSpan(row * Classes, Classes), temperature ?? 1);
            Reference.AssertClose(expected, result.ScoresOf(row), tolerance: 5e-6);
            int[] best = [.. Enumerable.Range(0, Classes).OrderByDescending(i => expected[i]).Take(5)];
            Assert.Equal(best, result.TopIndices.Slice(row * 5, 5).ToArray());
            // The very scores, not merely close ones.
            Assert.Equal(Pick(result.ScoresOf(row), best), result.TopScores.Slice(row * 5, 5).ToArray());
        }
    }

    [Fact]
    public async Task Log_sum_exp_entropy_and_losses_are_those_of_float64()
    {
        await using var server = await ScoringServer.StartAsync();
        uint[] targets = [.. Enumerable.Range(0, Rows).Select(row => (uint)((row * 5) % Classes))];
        using var result = await server.Connect().ScoreAsync(
            new ScoreRequest
            {
                Classes = Classes,
                Logits = Logits,
                Targets = targets,
                Outputs = OutputSet.LogSumExp | OutputSet.Entropy | OutputSet.Loss,
            },
            TestEnd);
        Assert.True(result.Scores.IsEmpty);
        for (var row = 0; row < Rows; row++)
        {
            var logits = Logits.AsSpan(row * Classes, Classes).ToArray();
            var logSumExp = Math.Log(logits.Sum(logit => Math.Exp(logit)));
            var probabilities = Reference.SoftmaxOf(logits);
            Assert.Equal(logSumExp, result.LogSumExp[row], 5e-6);
            Assert.Equal(-probabilities.Sum(p => p * Math.Log(p)), result.Entropy[row], 5e-6);
            Assert.Equal(logSumExp - logits[targets[row]], result.Losses[row], 5e-6);
        }
    }

    [Fact]
    public async Task The_loss_of_a_sigmoid_head_is_the_mean_over_its_labels()
    {
        await using var server = await ScoringServer.StartAsync();
        uint[] targets = [.. Enumerable.Range(0, Rows * Classes).Select(i => (uint)(i % 3 / 2))];
        using var result = await server.Connect().ScoreAsync(
            new ScoreRequest { Head = "sigmoid", Classes = Classes, Logits = Logits, Targets = targets, Outputs = OutputSet.Loss }, TestEnd);
        for (var row = 0; row < Rows; row++)
        {
            var expected = Enumerable.Range(row * Classes, Classes).Average(i => Math.Log(1 + Math.Exp(targets[i] == 1 ? -Logits[i] : Logits[i])));
            Assert.Equal(expected, result.Losses[row], 5e-6);
        }
    }

    [Fact]
    public async Task Decisions_are_one_hot_for_softmax_and_thresholds_for_sigmoid()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        var request = new ScoreRequest { Classes = Classes, Logits = Logits, Outputs = OutputSet.Decisions };
        using var softmax = await client.ScoreAsync(request, TestEnd);
        using var sigmoid = await client.ScoreAsync(
            new ScoreRequest { Head = "sigmoid", Classes = Classes, Logits = Logits, Outputs = OutputSet.Decisions }, TestEnd);
        Assert.True(softmax.Scores.IsEmpty);
        Assert.True(sigmoid.Scores.IsEmpty);
        for (var row = 0; row < Rows; row++)
        {
            var logits = Logits.AsSpan(row * Classes, Classes).ToArray();
            Assert.Equal(logits.Select(logit => logit == logits.Max() ? 1u : 0u), softmax.Decisions.Slice(row * Classes, Classes).ToArray());
            Assert.Equal(logits.Select(logit => logit >= 0 ? 1u : 0u), sigmoid.Decisions.Slice(row * Classes, Classes).ToArray());
        }
    }

    [Theory]
    [InlineData(DataType.Fp32)]
    [InlineData(DataType.Fp16)]
    [InlineData(DataType.Bf16)]
    [InlineData(DataType.Fp64)]
    public async Task Rows_of_every_element_type_are_scored(DataType type)
    {
        await using var server = await ScoringServer.StartAsync();
        // Whole eighths have the same value in every type.
        float[] logits = [.. Enumerable.Range(0, Rows * Classes).Select(i => (((i * 37) % 64) - 32) / 8f)];
        var client = server.Connect();
        using var expected = await client.ScoreAsync(new ScoreRequest { Classes = Classes, Logits = logits }, TestEnd);
        using var result = await client.ScoreAsync(new ScoreRequest { Classes = Classes, Data = Encode(logits, type), DataType = type }, TestEnd);
        Assert.Equal(expected.Scores.ToArray(), result.Scores.ToArray());
    }

    [Fact]
    public async Task Rows_of_FP64_are_scored_by_what_FP64_tells_apart()
    {
        await using var server = await ScoringServer.StartAsync();
        using var result = await server.Connect().ScoreAsync(
            new ScoreRequest
            {
                Classes = 2,
                Data = Doubles(1e9 + 0.5, 1e9, 1e30, double.NegativeInfinity),
                DataType = DataType.Fp64,
                Outputs = OutputSet.Scores | OutputSet.LogSumExp | OutputSet.Entropy | OutputSet.Loss,
                Targets = new uint[] { 1, 0 },
            },
            TestEnd);
        Assert.Equal([0.622459352f, 0.377540678f, 1, 0], result.Scores.ToArray());
        Assert.Equal([1e9f, 1e30f], result.LogSumExp.ToArray());
        Assert.Equal(0.662847f, result.Entropy[0], 1e-5f);
        Assert.Equal(0.974077f, result.Losses[0], 1e-5f);
    }

    [Theory]
    [InlineData("softmax", -1e39, "row 1, column 1: the logit is -1E+39, which is more than FP32 holds; a masked class is -inf")]
    [InlineData("sigmoid", 1e300, "row 1, column 1: the logit is 1E+300, which is more than FP32 holds; a masked class is -inf")]
    [InlineData("softmax", 1e300, "row 1, column 1: the logit is 1E+300, which is more than FP32 holds; a masked class is -inf")]
    public async Task A_logit_of_FP64_that_FP32_cannot_hold_is_told_by_its_value(string head, double logit, string said)
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        var request = new ScoreRequest { Head = head, Classes = 2, Data = Doubles(1, 2, 3, logit, 4, logit), DataType = DataType.Fp64 };
        var refused = await Assert.ThrowsAsync<ScoringException>(() => client.ScoreAsync(request, TestEnd));
        Assert.Equal((StatusCode.InvalidArgument, said, 1, 1), (refused.Error.Code, refused.Error.Message, refused.Error.Row, refused.Error.Column));
        using var flagged = await client.ScoreAsync(
            new ScoreRequest { Head = head, Classes = 2, Data = request.Data, DataType = DataType.Fp64, NonFinite = NonFinite.Flag }, TestEnd);
        Assert.Equal([1, 2], flagged.InvalidRows.ToArray());
    }

    [Fact]
    public async Task Flagged_rows_are_named_and_have_zeros_and_no_class_while_the_others_are_scored()
    {
        await using var server = await ScoringServer.StartAsync();
        using var result = await server.Connect().ScoreAsync(WithBadRows(NonFinite.Flag), TestEnd);
        Assert.Equal([1, 2, 4], result.InvalidRows.ToArray());
        foreach (var row in new[] { 1, 2, 4 })
        {
            Assert.All(result.ScoresOf(row).ToArray(), score => Assert.Equal(0f, score));
            Assert.Equal(-1, result.TopIndices[row]);
            Assert.Equal(0f, result.TopScores[row]);
            Assert.Equal(0f, result.Entropy[row]);
        }

        foreach (var row in new[] { 0, 3, 5 })
        {
            Reference.AssertClose([0.5, 0.5], result.ScoresOf(row));
            Assert.Equal(Math.Log(2), result.Entropy[row], 1e-6);
        }
    }

    [Fact]
    public async Task Propagated_rows_are_NaN_while_the_others_are_scored()
    {
        await using var server = await ScoringServer.StartAsync();
        using var result = await server.Connect().ScoreAsync(WithBadRows(NonFinite.Propagate), TestEnd);
        Assert.True(result.InvalidRows.IsEmpty);
        foreach (var row in new[] { 1, 2, 4 })
        {
            Assert.All(result.ScoresOf(row).ToArray(), score => Assert.True(float.IsNaN(score)));
            Assert.Equal(-1, result.TopIndices[row]);
            Assert.True(float.IsNaN(result.Entropy[row]));
        }

        Reference.AssertClose([0.5, 0.5], result.ScoresOf(5));
    }

    [Theory]
    [InlineData(float.NaN, "the logit is NaN")]
    [InlineData(float.PositiveInfinity, "the logit is +inf")]
    public async Task A_bad_logit_is_named_whatever_was_asked_for(float bad, string message)
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        foreach (var head in new[] { "softmax", "log_softmax", "sigmoid", "linear" })
        {
            foreach (var outputs in new[] { OutputSet.Scores, OutputSet.TopK, OutputSet.LogSumExp, OutputSet.TopK | OutputSet.Scores })
            {
                var logits = new float[3 * 40];
                logits[(2 * 40) + 33] = bad;
                var refused = await Assert.ThrowsAsync<ScoringException>(
                    () => client.ScoreAsync(new ScoreRequest { Head = head, Classes = 40, Logits = logits, Outputs = outputs, TopK = 2 }, TestEnd));
                Assert.Contains(message, refused.Message, StringComparison.Ordinal);
                Assert.Equal((2, 33), (refused.Error.Row, refused.Error.Column));
            }
        }
    }

    [Fact]
    public async Task A_mask_of_minus_infinity_gets_nothing()
    {
        await using var server = await ScoringServer.StartAsync();
        using var result = await server.Connect().ScoreAsync(
            new ScoreRequest { Classes = 3, Logits = new[] { 1, float.NegativeInfinity, 1 } }, TestEnd);
        Assert.Equal([0.5f, 0f, 0.5f], result.Scores.ToArray());
    }

    private static ScoreRequest WithBadRows(NonFinite nonFinite) => new()
    {
        Classes = 2,
        Logits = new[]
        {
            3, 3,
            float.NaN, 1,
            1, float.PositiveInfinity,
            -2, -2,
            float.NegativeInfinity, float.NegativeInfinity,
            0, 0,
        },
        NonFinite = nonFinite,
        Outputs = OutputSet.Scores | OutputSet.TopK | OutputSet.Entropy,
    };

    private static double[] Score(string head, ReadOnlySpan<float> logits, double temperature)
    {
        var scaled = logits.ToArray().Select(logit => logit / temperature);
        return head switch
        {
            "softmax" => Reference.SoftmaxOf(logits, temperature),
            "log_softmax" => [.. Reference.SoftmaxOf(logits, temperature).Select(p => Math.Log(p))],
            "sigmoid" => [.. scaled.Select(logit => 1 / (1 + Math.Exp(-logit)))],
            _ => [.. scaled],
        };
    }

    private static float[] Pick(ReadOnlySpan<float> scores, int[] indices)
    {
        var picked = new float[indices.Length];
        for (var i = 0; i < picked.Length; i++)
        {
            picked[i] = scores[indices[i]];
        }

        return picked;
    }

    private static byte[] Doubles(params double[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static byte[] Encode(float[] values, DataType type)
    {
        var size = type switch { DataType.Fp32 => 4, DataType.Fp64 => 8, _ => 2 };
        var bytes = new byte[values.Length * size];
        for (var i = 0; i < values.Length; i++)
        {
            var at = bytes.AsSpan(i * size);
            switch (type)
            {
                case DataType.Fp32:
                    BinaryPrimitives.WriteSingleLittleEndian(at, values[i]);
                    break;
                case DataType.Fp64:
                    BinaryPrimitives.WriteDoubleLittleEndian(at, values[i]);
                    break;
                case DataType.Fp16:
                    BinaryPrimitives.WriteHalfLittleEndian(at, (Half)values[i]);
                    break;
                default:
                    BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16));
                    break;
            }
        }

        return bytes;
    }
}
