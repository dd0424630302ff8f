using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Heads;
using Scoring.Service.Heads;
using Scoring.V1;
using Activation = Scoring.Heads.Activation;

namespace Scoring.FunctionalTests.Evaluation;

public sealed class EvaluateTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("iris", "softmax", 3)]
    [InlineData("digits", "log_softmax", 10)]
    public async Task The_metrics_of_real_classifiers_are_those_of_float64(string name, string head, int classes)
    {
        await using var server = await ScoringServer.StartAsync();
        var (logits, targets) = Evaluations.Golden(name);
        var response = await server.Connect().EvaluateAsync(Evaluations.Of(Evaluations.Split(head, classes, logits, targets, rows: 64)), TestEnd);
        var metrics = response.ClassMetrics;
        var golden = Golden.Read(name);
        Assert.Equal((ulong)golden["rows"], response.Rows);
        Assert.Equal(classes, (int)response.Classes);
        golden.AssertIs("cross_entropy", metrics.CrossEntropy);
        golden.AssertIs("accuracy", metrics.Accuracy);
        golden.AssertIs("brier", metrics.BrierScore);
        golden.AssertIs("ece_15", metrics.ExpectedCalibrationError);
        golden.AssertIs("precision_macro", metrics.Macro.Precision);
        golden.AssertIs("recall_macro", metrics.Macro.Recall);
        golden.AssertIs("f1_macro", metrics.Macro.F1);
        Assert.Equal(Math.Min(classes, 5), metrics.TopKAccuracy.Count);
        golden.AssertIs("accuracy", metrics.TopKAccuracy[0]);
        for (var k = 2; k <= metrics.TopKAccuracy.Count; k++)
        {
            if (golden.Has($"top_{k}_accuracy"))
            {
                golden.AssertIs($"top_{k}_accuracy", metrics.TopKAccuracy[k - 1]);
            }
        }

        Assert.Equal(golden.Matrix("confusion_matrix"), metrics.Confusion);
        Assert.Equal(response.Rows, (ulong)metrics.PerClass.Sum(quality => (long)quality.Support));
        Assert.Equal(response.Rows, (ulong)metrics.Bins.Sum(bin => (long)bin.Count));
    }

    [Theory]
    [InlineData("softmax", 300, 300 * 300)]
    [InlineData("softmax", 2000, 0)]
    [InlineData("sigmoid", 2000, 0)]
    public async Task An_answer_takes_no_more_than_its_classes_allow(string head, int classes, int cells)
    {
        await using var server = await ScoringServer.StartAsync();
        var targets = new uint[head == "sigmoid" ? 2 * classes : 2];
        targets.AsSpan(0, targets.Length / 2).Fill(1);
        var message = Evaluations.Message(head, classes, Reference.Logits(2 * classes, seed: 5), targets);
        var response = await server.Connect().EvaluateAsync(Evaluations.Of(message), TestEnd);
        Assert.Equal(cells, response.ClassMetrics?.Confusion.Count ?? 0);
        Assert.InRange(response.CalculateSize(), classes, (48 * classes) + (10 * cells) + 2048);
    }

    [Fact]
    public async Task The_metrics_of_real_labels_are_those_of_float64()
    {
        await using var server = await ScoringServer.StartAsync();
        var (logits, targets) = Evaluations.Golden("attributes");
        var response = await server.Connect().EvaluateAsync(Evaluations.Of(Evaluations.Split("sigmoid", 4, logits, targets, rows: 100)), TestEnd);
        var metrics = response.LabelMetrics;
        var golden = Golden.Read("attributes");
        Assert.Equal((ulong)golden["rows"], response.Rows);
        golden.AssertIs("binary_cross_entropy", metrics.BinaryCrossEntropy);
        golden.AssertIs("subset_accuracy", metrics.SubsetAccuracy);
        golden.AssertIs("hamming_loss", metrics.HammingLoss);
        golden.AssertIs("precision_micro", metrics.Micro.Precision);
        golden.AssertIs("recall_micro", metrics.Micro.Recall);
        golden.AssertIs("f1_micro", metrics.Micro.F1);
        golden.AssertIs("f1_macro", metrics.Macro.F1);
        golden.AssertIs("auroc_macro", metrics.AurocMacro);
        Assert.Equal(0, metrics.AurocError);
        Assert.Equal(4 * response.Rows, (ulong)metrics.Bins.Sum(bin => (long)bin.Count));
    }

    [Fact]
    public async Task However_a_stream_is_split_into_messages_the_answer_is_the_same()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        var (logits, targets) = Evaluations.Golden("digits");
        var answers = new List<EvaluateResponse>();
        foreach (var rows in new[] { 1, 7, 899 })
        {
            answers.Add(await client.EvaluateAsync(Evaluations.Of(Evaluations.Split("softmax", 10, logits, targets, rows)), TestEnd));
        }

        Assert.Equal(answers[0], answers[1]);
        Assert.Equal(answers[0], answers[2]);
    }

    [Fact]
    public async Task A_message_overrides_the_heads_temperature()
    {
        await using var server = await ScoringServer.StartAsync();
        var (logits, targets) = Evaluations.Golden("digits");
        var fit = Golden.Read("digits").Part("temperature_fit");
        var message = Evaluations.Message("softmax", 10, logits, targets);
        message.Temperature = (float)fit["temperature"];
        var response = await server.Connect().EvaluateAsync(Evaluations.Of(message), TestEnd);
        fit.AssertIs("cross_entropy", response.ClassMetrics.CrossEntropy);
        fit.AssertIs("ece_15", response.ClassMetrics.ExpectedCalibrationError);
    }

    [Fact]
    public async Task A_head_gives_its_width_labels_bias_and_threshold()
    {
        await using var server = await ScoringServer.StartAsync();
        server.Services.GetRequiredService<HeadRegistry>().Swap(new HeadSnapshot(
            [
                new HeadDefinition { Name = "pets", Activation = Activation.Softmax, Classes = 2, Labels = new(["cat", "dog"]), Bias = [0, 3] },
                new HeadDefinition { Name = "tags", Activation = Activation.Sigmoid, Classes = 2, Threshold = 0.9f },
            ],
            revision: 5));
        var client = server.Connect();
        var pets = await client.EvaluateAsync(
            Evaluations.Of(new EvaluateRequest { Head = "pets", Logits = { 1, 0, 5, 0 }, TargetLabels = { "dog", "cat" } }), TestEnd);
        Assert.Equal(5UL, pets.HeadRevision);
        Assert.Equal(1, pets.ClassMetrics.Accuracy);
        Assert.Equal(Math.Log(1 + Math.Exp(-2)), pets.ClassMetrics.CrossEntropy, 1e-6);

        // Probabilities of 0.88 and 0.95.
        var tags = await client.EvaluateAsync(Evaluations.Of(Evaluations.Message("tags", 2, [2, 3], 1, 1)), TestEnd);
        Assert.Equal(0.5, tags.LabelMetrics.HammingLoss);
    }

    [Fact]
    public async Task Rows_of_FP64_are_measured_by_what_FP64_tells_apart()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        var request = new EvaluateRequest { Classes = 2, Data = Doubles(1e9 + 0.5, 1e9), DataType = DataType.Fp64, Targets = { 1 } };
        Assert.Equal(0.974077, (await client.EvaluateAsync(Evaluations.Of(request), TestEnd)).ClassMetrics.CrossEntropy, 1e-6);
        request.Data = Doubles(1, -1e39);
        var refused = await Assert.ThrowsAsync<ScoringException>(() => client.EvaluateAsync(Evaluations.Of(request), TestEnd));
        Assert.Contains("row 0, column 1: the logit is -1E+39, which is more than FP32 holds", refused.Error.Message, StringComparison.Ordinal);
    }

    private static ByteString Doubles(params double[] values) => ByteString.CopyFrom([.. values.SelectMany(BitConverter.GetBytes)]);

    [Theory]
    [InlineData(DataType.Fp32)]
    [InlineData(DataType.Fp16)]
    [InlineData(DataType.Bf16)]
    [InlineData(DataType.Fp64)]
    public async Task Every_element_type_is_the_same_logits(DataType type)
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        float[] logits = [0.5f, -2, 1.25f, 3, 0, -1];
        var data = logits.SelectMany(logit => type switch
        {
            DataType.Fp16 => BitConverter.GetBytes((Half)logit),
            DataType.Bf16 => BitConverter.GetBytes(logit)[2..],
            DataType.Fp64 => BitConverter.GetBytes((double)logit),
            _ => BitConverter.GetBytes(logit),
        });
        var request = new EvaluateRequest { Classes = 3, Data = ByteString.CopyFrom([.. data]), DataType = type, Targets = { 2, 0 } };
        var expected = await client.EvaluateAsync(Evaluations.Of(Evaluations.Message("softmax", 3, logits, 2, 0)), TestEnd);
        Assert.Equal(expected, await client.EvaluateAsync(Evaluations.Of(request), TestEnd));
    }
}
