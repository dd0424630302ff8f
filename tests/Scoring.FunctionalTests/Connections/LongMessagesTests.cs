using System.Net;
using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Scoring.FunctionalTests.Abuse;
using Scoring.FunctionalTests.Http;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Messages;
using Scoring.FunctionalTests.OpenInference;
using Scoring.Service.Streaming;
using Scoring.V1;

namespace Scoring.FunctionalTests.Connections;

/// <summary>Messages that take long wait for their turn, and no other message waits for them.</summary>
public sealed class LongMessagesTests
{
    private const int ManyLogits = 300_000;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<string> Methods => [.. CompressedMessageTests.Methods];

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task One_that_is_compressed_waits_for_its_turn(string method)
    {
        await using var server = await ScoringServer.StartAsync();
        var packed = CompressedMessageTests.Pack("gzip", CompressedMessageTests.Message(method));
        Assert.Equal(("0", "", 1), await AtItsTurnAsync(server, () => CompressedMessageTests.PostAsync(server, method, "gzip", packed)));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task One_that_is_large_waits_for_its_turn(string method)
    {
        await using var server = await ScoringServer.StartAsync();
        var logits = Enumerable.Range(0, ManyLogits).Select(i => (float)(i % 7)).ToArray();
        var targets = Enumerable.Range(0, ManyLogits / 2).Select(i => (uint)i % 2).ToArray();
        var message = method.Contains("Inference", StringComparison.Ordinal) ? InferenceCalls.Request("softmax", 2, logits, "scores").ToByteArray()
            : method.Contains("/Score", StringComparison.Ordinal) ? RawCalls.Message(2, logits)
            : Evaluations.Message("softmax", 2, logits, targets).ToByteArray();
        Assert.Equal(("0", "", 1), await AtItsTurnAsync(
            server, () => RawCalls.PostAsync(server, RawCalls.Frame(message), "identity", method: method)));
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("gzip")]
    public async Task A_body_of_JSON_that_is_large_or_compressed_waits_for_its_turn(string encoding)
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        var body = Encoding.UTF8.GetBytes($$"""{ "head": "pets", "logits": [1{{string.Concat(Enumerable.Repeat(", 1", 49_999))}}] }""");
        var (status, _) = await AtItsTurnAsync(
            server, () => JsonPort.PostAsync(server, encoding == "gzip" ? CompressedMessageTests.Pack(encoding, body) : body, encoding));
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Theory]
    [InlineData("scoring.v1.ScoringService/Score")]
    [InlineData("scoring.v1.ScoringService/ScoreStream")]
    public async Task One_that_asks_for_much_waits_for_its_turn_and_a_small_one_of_its_connection_does_not(string method)
    {
        await using var server = await ScoringServer.StartAsync();
        using var calls = new RawCalls(server);
        var small = new ScoreRequest { Classes = 2, Logits = { 3, 3 } };
        var much = new ScoreRequest { Classes = 4, Outputs = { Output.Scores, Output.TopK, Output.LogSumExp, Output.Entropy }, TopK = 4 };
        much.Logits.AddRange(Enumerable.Repeat(1e30f, 40_000));
        var answer = await AtItsTurnAsync(server, async () =>
        {
            var waits = method.EndsWith("Stream", StringComparison.Ordinal)
                ? StreamedAsync(calls, much)
                : calls.Generated.ScoreAsync(much, cancellationToken: TestEnd).ResponseAsync;
            Assert.Equal([0.5f, 0.5f], (await calls.Generated.ScoreAsync(small, cancellationToken: TestEnd)).Scores);
            Assert.Equal([0.5f, 0.5f], (await StreamedAsync(calls, small)).Scores);
            return await waits;
        });
        Assert.Equal(0.25f, answer.Scores[^1]);
    }

    [Theory]
    [InlineData("scoring.v1.ScoringService/Score")]
    [InlineData("scoring.v1.ScoringService/ScoreStream")]
    [InlineData("inference.GRPCInferenceService/ModelInfer")]
    public async Task A_little_one_that_asks_for_much_waits_for_its_turn(string method)
    {
        await using var server = await ScoringServer.StartAsync();
        var rows = new ScoreRequest
        {
            Classes = 1,
            Data = ByteString.CopyFrom(new byte[8_000 * sizeof(short)]),
            DataType = DataType.Bf16,
            Temperature = 1e-38f,
            Outputs = { Output.Scores, Output.TopK, Output.LogSumExp, Output.Entropy, Output.Decisions },
        };
        var message = rows.ToByteArray();
        if (method.Contains("Infer", StringComparison.Ordinal))
        {
            var texts = InferenceCalls.Request("linear", 1024, Enumerable.Repeat(3e38f, 4096).ToArray(), "scores");
            texts.Outputs[0].Parameters.Add("classification", new Inference.InferParameter { Int64Param = 1024 });
            message = texts.ToByteArray();
        }

        Assert.Equal(("0", "", 1), await AtItsTurnAsync(
            server, () => RawCalls.PostAsync(server, RawCalls.Frame(message), "identity", method: method)));
    }

    [Fact]
    public async Task A_little_body_of_JSON_waits_for_its_turn()
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        var body = $$"""{ "head": "pets", "logits": [1{{string.Concat(Enumerable.Repeat(", 1", 399))}}] }""";
        Assert.Equal(HttpStatusCode.OK, (await AtItsTurnAsync(server, () => JsonPort.PostAsync(server, body))).Status);
    }

    private static async Task<ScoreResponse> StreamedAsync(RawCalls calls, ScoreRequest request)
    {
        using var stream = calls.Generated.ScoreStream(cancellationToken: TestEnd);
        await stream.RequestStream.WriteAsync(request, TestEnd);
        Assert.True(await stream.ResponseStream.MoveNext(TestEnd));
        return stream.ResponseStream.Current;
    }

    /// <summary>Makes a call while no message has a turn: others are answered, and it is not before there are turns again.</summary>
    private static async Task<T> AtItsTurnAsync<T>(ScoringServer server, Func<Task<T>> call)
    {
        var release = new TaskCompletionSource();
        var threads = server.Services.GetRequiredService<LongMessages>().Threads;
        using var begun = new CountdownEvent(Environment.ProcessorCount);
        var occupied = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => OccupyAsync(threads, begun, release.Task)).ToArray();
        // Before all are, the call would have its turn between two of these.
        await Eventually.IsAsync(() => begun.IsSet);
        var waits = call();
        while (threads.Waiting == 0)
        {
            Assert.False(waits.IsCompleted);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TestEnd);
        }

        await Aftermath.AssertServedAsync(server);
        Assert.False(waits.IsCompleted);
        release.SetResult();
        await Task.WhenAll(occupied);
        return await waits;
    }

    /// <summary>Has one of the threads do nothing else until then.</summary>
    private static async Task OccupyAsync(TurnThreads threads, CountdownEvent begun, Task until)
    {
        await threads.TurnOf("first", TestEnd);
        begun.Signal();
#pragma warning disable xUnit1031 // The thread is to wait.
        until.Wait(TestEnd);
#pragma warning restore xUnit1031
    }
}
