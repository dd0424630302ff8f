using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Heads;
using Scoring.Service.Heads;
using Scoring.V1;
using Activation = Scoring.Heads.Activation;

namespace Scoring.FunctionalTests.Evaluation;

public sealed class EvaluationErrorTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<EvaluateRequest, string> BadMessages => new()
    {
        { Message("softmax", 0, 3, 0), "classes is 0; head 'softmax' takes rows of any width, so the message must tell it" },
        { Message("softmax", 9, 9, 0), "classes is 9; the limit is 8" },
        { Message("softmax", 7, 7, 0), "classes is 7; the limit of Evaluate and Calibrate is 6" },
        { Message("digits", 3, 3, 0), "classes is 3; head 'digits' has 2" },
        { Message("softmax", 2, 3, 0), "3 logits do not divide into rows of 2 classes: row 1 has only 1" },
        { Message("softmax", 1, 6, 0), "the message has 6 rows; the limit is 5" },
        { new EvaluateRequest { Classes = 2, Logits = { 1, 2 }, Data = ByteString.CopyFrom(new byte[8]) },
            "logits (2 of them) and data (8 bytes) are both set; a message carries one of them" },
        { new EvaluateRequest { Classes = 2, Data = ByteString.CopyFrom(new byte[7]), DataType = DataType.Fp16 },
            "data has 7 bytes, which is no whole number of 2-byte elements" },
        { new EvaluateRequest { Classes = 2, DataType = (DataType)9 }, "data_type is 9, which is not one of 0 (FP32), 1 (FP16), 2 (BF16), 3 (FP64)" },
        { new EvaluateRequest { Classes = 2, Temperature = 0 }, "temperature is 0; it must be finite and above 0" },
        { new EvaluateRequest { Classes = 2, Temperature = float.PositiveInfinity }, "temperature is Infinity; it must be finite and above 0" },
        { Message("linear", 2, 2, 0), "head 'linear' is linear and has no probabilities to measure" },
        { Message("grouped", 2, 2, 0), "head 'grouped' has 2 groups; only a head of one softmax, or of sigmoids, is measured" },
        { Message("softmax", 2, 4, 0), "2 rows of 2 classes need 2 targets (one class for each row); the message has 1" },
        { Message("sigmoid", 2, 4, 0), "2 rows of 2 classes need 4 targets (0 or 1 for each class); the message has 1" },
        { Message("softmax", 2, 4, 0, 2), "row 1: the target is class 2; the classes are 0 to 1 (row 1 of the stream)" },
        { Message("sigmoid", 2, 4, 0, 1, 0, 3), "row 1, column 1: the target is 3; it must be 0 or 1 (row 1 of the stream)" },
        { Labelled("softmax", 2, "a"), "target_labels are set; head 'softmax' has no labels, so targets must be class indices" },
        { Labelled("sigmoid", 2, "a"),
            "target_labels name one class for each row; head 'sigmoid' is sigmoid and needs targets of 0 or 1 for each class" },
        { Labelled("digits", 4, "one"), "2 rows of 2 classes need 2 target_labels (one class for each row); the message has 1" },
        { Labelled("digits", 4, "one", "One"), "row 1: the target is 'One', which is not a label of head 'digits' (row 1 of the stream)" },
        { Labelled("digits", 2, new string('x', 1000)),
            $"row 0: the target is '{new string('x', 64)}…', which is not a label of head 'digits' (row 0 of the stream)" },
        { new EvaluateRequest { Head = "digits", Logits = { 1, 2 }, Targets = { 0 }, TargetLabels = { "one" } },
            "targets (1 of them) and target_labels (1) are both set; a message carries one of them" },
        { new EvaluateRequest { Classes = 2, Logits = { 0, 0, 0, float.NaN }, Targets = { 0, 0 } },
            "row 1, column 1: the logit is NaN, which has no score (row 1 of the stream)" },
        { new EvaluateRequest { Head = "sigmoid", Classes = 2, Logits = { float.PositiveInfinity, 0 }, Targets = { 0, 0 } },
            "row 0, column 0: the logit is +inf, which has no score (row 0 of the stream)" },
        { new EvaluateRequest { Classes = 2, Logits = { float.NegativeInfinity, float.NegativeInfinity }, Targets = { 0 } },
            "row 0 is -inf in every column, so it has no probabilities (row 0 of the stream)" },
    };

    [Theory]
    [MemberData(nameof(BadMessages), DisableDiscoveryEnumeration = true)]
    public async Task Each_bad_message_has_its_own_error(EvaluateRequest request, string message)
    {
        await using var server = await StartAsync("--Scoring:Limits:Classes=8", "--Scoring:Limits:Rows=5", "--Scoring:Evaluation:Classes=6");
        var client = server.Connect();
        await RefusedAsync(StatusCode.InvalidArgument, $"message 0: {message}", client.EvaluateAsync(Evaluations.Of(request), TestEnd));
        await RefusedAsync(StatusCode.InvalidArgument, $"message 0: {message}", client.CalibrateAsync(Evaluations.Of(request), TestEnd));
    }

    public static TheoryData<EvaluateRequest, string> OtherMessages => new()
    {
        { Message("sigmoid", 2, 2, 0, 0), "head is 'sigmoid'; the stream began with 'softmax'" },
        { Message(new string('x', 100), 2, 2, 0), $"head is '{new string('x', 64)}…'; the stream began with 'softmax'" },
        { Message("softmax", 1, 2, 0, 0), "classes is 1; the stream began with 2" },
        { new EvaluateRequest { Classes = 2, Logits = { 1, 2 }, Targets = { 0 }, Temperature = 2 }, "temperature is 2; the stream began with 1" },
        { new EvaluateRequest { Classes = 2, Logits = { 1, 2, 1, float.NaN }, Targets = { 0, 0 } },
            "row 1, column 1: the logit is NaN, which has no score (row 4 of the stream)" },
        { Message("softmax", 2, 2, 9), "row 0: the target is class 9; the classes are 0 to 1 (row 3 of the stream)" },
    };

    [Theory]
    [MemberData(nameof(OtherMessages), DisableDiscoveryEnumeration = true)]
    public async Task A_bad_message_is_named_by_its_place_in_the_stream(EvaluateRequest request, string message)
    {
        await using var server = await StartAsync();
        var stream = Evaluations.Of(Message("softmax", 2, 2, 0), Message(string.Empty, 2, 4, 1, 1), request);
        await RefusedAsync(StatusCode.InvalidArgument, $"message 2: {message}", server.Connect().EvaluateAsync(stream, TestEnd));
    }

    [Fact]
    public async Task The_error_has_the_row_and_column_apart_from_its_text()
    {
        await using var server = await StartAsync();
        var request = new EvaluateRequest { Classes = 2, Logits = { 1, 2, 1, float.NaN }, Targets = { 0, 0 } };
        var refused = await Assert.ThrowsAsync<ScoringException>(() => server.Connect().EvaluateAsync(Evaluations.Of(request), TestEnd));
        Assert.Equal((1, 1), (refused.Error.Row, refused.Error.Column));
        Assert.Null(refused.Id);
    }

    [Fact]
    public async Task A_stream_without_rows_has_no_metrics()
    {
        await using var server = await StartAsync();
        var client = server.Connect();
        await RefusedAsync(
            StatusCode.InvalidArgument, "the stream has no rows to measure, in 0 messages", client.EvaluateAsync(Evaluations.Of(), TestEnd));
        await RefusedAsync(
            StatusCode.InvalidArgument, "the stream has no rows to measure, in 1 message", client.CalibrateAsync(
                Evaluations.Of(Message("softmax", 2, 0)), TestEnd));
    }

    [Fact]
    public async Task A_head_that_nobody_configured_is_not_found()
    {
        await using var server = await StartAsync();
        var message = "message 0: head 'none' is not configured; there are digits, grouped, linear, log_softmax, sigmoid, softmax";
        await RefusedAsync(StatusCode.NotFound, message, server.Connect().EvaluateAsync(Evaluations.Of(Message("none", 2, 2, 0)), TestEnd));
        message = "message 0: head has more than 256 characters, which no head has";
        await RefusedAsync(
            StatusCode.NotFound, message, server.Connect().EvaluateAsync(Evaluations.Of(Message(new string('x', 300), 2, 2, 0)), TestEnd));
    }

    [Theory]
    [InlineData("softmax", 1u, "row 1, column 1: the logit of a target is -inf, whose loss is infinite at every temperature (row 1 of the stream)")]
    [InlineData("sigmoid", 0u, null)]
    [InlineData("sigmoid", 1u, "row 1, column 1: the logit of a target is -inf, whose loss is infinite at every temperature (row 1 of the stream)")]
    public async Task A_masked_target_cannot_be_calibrated_with(string head, uint target, string? message)
    {
        await using var server = await StartAsync();
        var request = new EvaluateRequest { Head = head, Classes = 2, Logits = { 0, 1, 0, float.NegativeInfinity } };
        request.Targets.AddRange(head == "softmax" ? [0, target] : [0, 0, 1, target]);
        var calibrating = server.Connect().CalibrateAsync(Evaluations.Of(request), TestEnd);
        if (message is null)
        {
            Assert.Equal(2UL, (await calibrating).After.Rows);
        }
        else
        {
            await RefusedAsync(StatusCode.InvalidArgument, $"message 0: {message}", calibrating);
        }
    }

    [Fact]
    public async Task What_is_no_message_at_all_is_refused()
    {
        await using var server = await StartAsync();
        using var raw = new RawCalls(server);
        using var call = raw.Channel.CreateCallInvoker().AsyncClientStreamingCall(
            new Method<byte[], byte[]>(
                MethodType.ClientStreaming, "scoring.v1.ScoringService", "Evaluate", RawCalls.Bytes, RawCalls.Bytes), null, default);
        await call.RequestStream.WriteAsync([0xFF, 0xFF, 0xFF], TestEnd);
        var refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.StartsWith("Not a EvaluateRequest: ", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_that_is_not_there_is_unimplemented()
    {
        await using var server = await StartAsync();
        using var raw = new RawCalls(server);
        using var call = raw.Channel.CreateCallInvoker().AsyncUnaryCall(
            new Method<byte[], byte[]>(MethodType.Unary, "scoring.v1.ScoringService", "Guess", RawCalls.Bytes, RawCalls.Bytes), null, default, []);
        Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    private static async Task<ScoringServer> StartAsync(params string[] settings)
    {
        var server = await ScoringServer.StartAsync(settings);
        server.Services.GetRequiredService<HeadRegistry>().Swap(new HeadSnapshot(
            [
                new HeadDefinition { Name = "digits", Activation = Activation.Softmax, Classes = 2, Labels = new(["one", "two"]) },
                new HeadDefinition { Name = "grouped", Activation = Activation.Softmax, Classes = 2, Groups = [1, 1] },
            ],
            revision: 2));
        return server;
    }

    private static EvaluateRequest Message(string head, int classes, int logits, params uint[] targets) =>
        Evaluations.Message(head, classes, new float[logits], targets);

    private static EvaluateRequest Labelled(string head, int logits, params string[] labels)
    {
        var request = Evaluations.Message(head, 2, new float[logits]);
        request.TargetLabels.AddRange(labels);
        return request;
    }

    private static async Task RefusedAsync(StatusCode code, string message, Task call)
    {
        var refused = await Assert.ThrowsAsync<ScoringException>(() => call);
        Assert.Equal(message, refused.Error.Message);
        Assert.Equal(code, refused.Error.Code);
    }
}
