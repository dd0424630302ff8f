using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Inference;
using Microsoft.Extensions.DependencyInjection;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.OpenInference;
using Scoring.Protocol;
using Scoring.Protocol.OpenInference;
using Scoring.Service.OpenInference;
using Scoring.Service.Security;
using Scoring.Service.Streaming;
using Scoring.V1;
using DataType = Scoring.V1.DataType;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests;

/// <summary>What an answer takes is known before it is made, in either protocol, and has a limit.</summary>
public sealed class AnswerSizeTests
{
    private const int Rows = 300;
    private const int Classes = 4;

    private static readonly string[] Heads =
    [
        .. new[] { "softmax", "log_softmax", "sigmoid", "linear" }.SelectMany(activation => (string[])
        [
            $"--Scoring:Heads:my-{activation}:activation={activation}",
            .. Enumerable.Range(0, Classes).Select(i => $"--Scoring:Heads:my-{activation}:labels:{i}=the class {new string('x', i)}"),
        ]),
        "--Scoring:Heads:groups:activation=softmax", "--Scoring:Heads:groups:groups:0=2", "--Scoring:Heads:groups:groups:1=2",
    ];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_answer_takes_more_than_was_known_before_it_was_made()
    {
        await using var server = await ScoringServer.StartAsync(Heads);
        foreach (var (head, outputs, topK, nonFinite) in
            from head in new[] { "my-softmax", "my-log_softmax", "my-sigmoid", "my-linear", "groups", "softmax" }
            from outputs in Enumerable.Range(1, (int)OutputSet.All)
            from topK in new[] { 1, 2 }
            from nonFinite in Enum.GetValues<NonFinite>()
            select (head, outputs, topK, nonFinite))
        {
            using var request = server.Pool.RentRequest();
            (request.Head, request.Classes, request.Outputs, request.TopK, request.NonFinite) = (
                head, Classes, (OutputSet)outputs, (uint)topK, nonFinite);
            Logits().CopyTo(request.Logits.Allocate(Rows * Classes));
            if (request.Outputs.HasFlag(OutputSet.Loss))
            {
                Targets(head).CopyTo(request.Targets.Allocate(Targets(head).Length));
            }

            AssertKnown(server, request, ScoreMessageCodec.Instance);
        }
    }

    [Fact]
    public async Task No_answer_of_the_Open_Inference_Protocol_takes_more_than_was_known_before_it_was_made()
    {
        await using var server = await ScoringServer.StartAsync(Heads);
        foreach (var (head, output, classes, nonFinite) in
            from head in new[] { "my-softmax", "my-log_softmax", "my-sigmoid", "my-linear", "groups", "softmax" }
            from output in OutputTensor.Names.Append(null)
            from classes in new[] { 0, 1, 2 }
            from nonFinite in new[] { "reject", "flag", "propagate" }
            select (head, output, classes, nonFinite))
        {
            var message = InferenceCalls.Request(head, Classes, Logits(), output is null ? [] : [output]);
            message.Parameters["non_finite"] = new InferParameter { StringParam = nonFinite };
            message.Parameters["top_k"] = new InferParameter { Int64Param = 2 };
            if (output == "scores" && classes > 0)
            {
                message.Outputs[0].Parameters["classification"] = new InferParameter { Int64Param = classes };
            }

            using var request = server.Pool.RentRequest();
            InferenceRequestCodec.Read(new ReadOnlySequence<byte>(message.ToByteArray()), request);
            AssertKnown(server, request, new InferenceMessageCodec(server.Services.GetRequiredService<InferenceCounters>()));
        }
    }

    [Fact]
    public async Task An_answer_over_the_limit_is_refused_with_its_size_and_the_next_message_is_scored()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:MessageBytes=1024");
        var client = server.Connect();
        var refused = await Assert.ThrowsAsync<ScoringException>(() => client.ScoreAsync(Request(400), TestEnd));
        Assert.Equal(StatusCode.InvalidArgument, refused.Error.Code);
        Assert.Equal(
            "the answer may take 5712 bytes; the limit is 4096, so ask for fewer rows in a message, fewer outputs, or a smaller top_k",
            refused.Error.Message);
        using var result = await client.ScoreAsync(Request(200), TestEnd);
        Assert.Equal(200, result.TopIndices.Length);

        static ScoreRequest Request(int rows) =>
            new() { Classes = 1, Data = new byte[2 * rows], DataType = DataType.Fp16, Outputs = OutputSet.Scores | OutputSet.TopK };
    }

    [Fact]
    public async Task An_inference_over_the_limit_is_refused_with_its_size_and_the_next_message_is_scored()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:MessageBytes=1024");
        using var calls = new InferenceCalls(server);
        using var stream = calls.Client.ModelStreamInfer(cancellationToken: TestEnd);
        foreach (var rows in new[] { 400, 200 })
        {
            var request = InferenceCalls.Request("softmax", 1, new float[rows], "scores", "top_indices", "top_scores");
            request.Inputs[0].Datatype = "FP16";
            request.RawInputContents[0] = InferenceCalls.Raw(new Half[rows]);
            await stream.RequestStream.WriteAsync(request, TestEnd);
        }

        await stream.RequestStream.CompleteAsync();
        var answers = await stream.ResponseStream.ReadAllAsync(TestEnd).ToListAsync(TestEnd);
        Assert.Equal(
            ["the answer may take 6912 bytes; the limit is 4096, so ask for fewer rows in a message, fewer outputs, or a smaller top_k", ""],
            answers.Select(answer => answer.ErrorMessage));
        Assert.Equal(200, answers[1].InferResponse.Outputs[0].Shape[0]);
    }

    private static void AssertKnown(ScoringServer server, PooledScoreRequest request, IMessageCodec codec)
    {
        if (server.Planner.Plan(request, codec, Caller.Anyone, out var plan) is not null)
        {
            // There are outputs that some heads have not.
            return;
        }

        using var response = server.Pool.RentResponse();
        response.Inference = request.Inference;
        MessageScorer.Score(request, plan, response);
        Assert.InRange(codec.Size(response), 0, plan.AnswerBytes);
        // What is charged is not far from what it takes.
        Assert.True(response.Error is not null || plan.AnswerBytes < (4 * codec.Size(response)) + 1024);
    }

    /// <summary>The longest texts there are, and rows without a score.</summary>
    private static float[] Logits()
    {
        float[] logits = [.. Enumerable.Range(0, Rows * Classes).Select(i => i % 3 == 0 ? float.MinValue : i % 7)];
        logits[Classes] = float.NaN;
        logits[^1] = float.PositiveInfinity;
        return logits;
    }

    private static uint[] Targets(string head) => head switch
    {
        "my-sigmoid" => new uint[Rows * Classes],
        "groups" => [.. Enumerable.Range(0, Rows * 2).Select(i => i % 2 == 0 ? 0u : 2u)],
        _ => new uint[Rows],
    };
}
