using System.Net;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.OpenInference;
using Scoring.Heads;
using Scoring.Service.Heads;
using Scoring.Service.Memory;
using Scoring.Service.Security;
using Scoring.Service.Streaming;
using Scoring.V1;
using Activation = Scoring.Heads.Activation;

namespace Scoring.FunctionalTests.Faults;

/// <summary>A fault of the service is the INTERNAL error of the message that met it.</summary>
public sealed class MessageFaultTests
{
    /// <summary>What a kernel says of a head whose bias is not as wide as its rows, which no configuration can have.</summary>
    private const string Fault = "the service failed at this message: ArgumentException";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_kernel_that_throws_costs_a_stream_one_message()
    {
        await using var server = await StartAsync();
        using var raw = new RawCalls(server);
        using var call = raw.Stream();
        var answers = new List<ScoreResponse>();
        foreach (var head in new[] { "softmax", "broken", "softmax" })
        {
            await call.RequestStream.WriteAsync(new ScoreRequest { Id = 7, Head = head, Classes = 2, Logits = { 3, 3 } }.ToByteArray(), TestEnd);
            Assert.True(await call.ResponseStream.MoveNext(TestEnd));
            answers.Add(ScoreResponse.Parser.ParseFrom(call.ResponseStream.Current));
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(TestEnd));
        Assert.Equal([0.5f, 0.5f], answers[0].Scores);
        Assert.Equal(((uint)StatusCode.Internal, Fault, 7UL), (answers[1].Error.Code, answers[1].Error.Message, answers[1].Id));
        Assert.Equal([0.5f, 0.5f], answers[2].Scores);
    }

    [Fact]
    public async Task A_kernel_that_throws_costs_a_stream_of_the_open_inference_protocol_one_message()
    {
        await using var server = await StartAsync();
        using var calls = new InferenceCalls(server);
        using var stream = calls.Client.ModelStreamInfer(cancellationToken: TestEnd);
        await stream.RequestStream.WriteAsync(InferenceCalls.Request("broken", 2, [3, 3]), TestEnd);
        await stream.RequestStream.WriteAsync(InferenceCalls.Request("softmax", 2, [3, 3], "scores"), TestEnd);
        await stream.RequestStream.CompleteAsync();
        Assert.True(await stream.ResponseStream.MoveNext(TestEnd));
        Assert.Contains(Fault, stream.ResponseStream.Current.ErrorMessage, StringComparison.Ordinal);
        Assert.True(await stream.ResponseStream.MoveNext(TestEnd));
        Assert.Equal([0.5f, 0.5f], InferenceCalls.Output<float>(stream.ResponseStream.Current.InferResponse, "scores"));
    }

    [Fact]
    public async Task A_kernel_that_throws_is_an_internal_error_of_every_other_call()
    {
        await using var server = await StartAsync();
        using var raw = new RawCalls(server);
        using var calls = new InferenceCalls(server);
        var request = new ScoreRequest { Head = "broken", Logits = { 3, 3 } };
        AssertInternal(
            Fault, await Assert.ThrowsAsync<RpcException>(async () => await raw.Generated.ScoreAsync(request, cancellationToken: TestEnd)));
        AssertInternal(
            Fault, await Assert.ThrowsAsync<RpcException>(
                async () => await calls.Client.ModelInferAsync(InferenceCalls.Request("broken", 2, [3, 3]), cancellationToken: TestEnd)));

        server.ExpectedLog = "ArgumentException";
        using var evaluated = raw.Generated.Evaluate(cancellationToken: TestEnd);
        await evaluated.RequestStream.WriteAsync(Evaluations.Message("broken", 2, [3, 3], 1), TestEnd);
        AssertInternal("the service failed in this call: ArgumentException", await Assert.ThrowsAsync<RpcException>(async () => await evaluated));

        using var http = new HttpClient();
        using var body = new StringContent(JsonFormatter.Default.Format(request), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync($"{server.HttpAddress}/v1/score", body, TestEnd);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains(Fault, await answer.Content.ReadAsStringAsync(TestEnd), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FailingStep.Read)]
    [InlineData(FailingStep.Size)]
    [InlineData(FailingStep.Write)]
    public async Task What_fails_before_or_after_scoring_costs_one_message_as_well(FailingStep step)
    {
        await using var server = await StartAsync();
        server.ExpectedLog = nameof(TimeZoneNotFoundException);
        var answers = await RunAsync(server, new FailingCodec(step), classes: 2);
        Assert.Equal([0.5f, 0.5f], answers[0].Scores);
        Assert.Equal(((uint)StatusCode.Internal, 666UL), (answers[1].Error.Code, answers[1].Id));
        Assert.Equal([0.5f, 0.5f], answers[2].Scores);
        Assert.Equal(3, answers.Count);
    }

    [Fact]
    public async Task An_answer_that_fails_when_the_transport_has_some_of_it_ends_the_stream()
    {
        await using var server = await StartAsync();
        var broken = await Assert.ThrowsAsync<RpcException>(() => RunAsync(server, new FailingCodec(FailingStep.Write), classes: 100_000));
        AssertInternal("the service failed in the middle of an answer", broken);
    }

    /// <summary>Three messages as a stream has them, the second of which fails.</summary>
    private static async Task<List<ScoreResponse>> RunAsync(ScoringServer server, FailingCodec codec, int classes)
    {
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream([.. new[] { 1UL, FailingCodec.Id, 3UL }.SelectMany(id => RawCalls.Frame(Message(id, classes)))]);
        var sent = new MemoryStream();
        http.Response.Body = sent;
        using var memory = new CallMemory(server.Services.GetRequiredService<ServerMemory>(), new ConnectionMemory(long.MaxValue), waits: true);
        var stream = server.Services.GetRequiredService<MessageCalls>().Loop(http, memory, codec, Caller.Anyone, isTold: false);
        await stream.RunAsync(TestEnd, CancellationToken.None, CancellationToken.None);
        var bytes = sent.ToArray();
        var answers = new List<ScoreResponse>();
        for (var rest = bytes; rest.Length > 0;)
        {
            var end = 5 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(rest.AsSpan(1));
            answers.Add(ScoreResponse.Parser.ParseFrom(rest[5..end]));
            rest = rest[end..];
        }

        return answers;
    }

    private static byte[] Message(ulong id, int classes)
    {
        var message = new ScoreRequest { Id = id, Classes = (uint)classes };
        message.Logits.AddRange(new float[classes]);
        return message.ToByteArray();
    }

    private static async Task<ScoringServer> StartAsync()
    {
        var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        server.ExpectedLog = "could not be scored";
        var broken = new HeadDefinition { Name = "broken", Activation = Activation.Softmax, Classes = 2, Bias = [1, 2, 3] };
        server.Services.GetRequiredService<HeadRegistry>().Swap(new HeadSnapshot([broken], revision: 2));
        return server;
    }

    private static void AssertInternal(string what, RpcException thrown) =>
        Assert.Equal((StatusCode.Internal, what), (thrown.StatusCode, thrown.Status.Detail));
}
