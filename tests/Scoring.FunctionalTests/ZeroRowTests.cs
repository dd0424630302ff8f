using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Inference;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.OpenInference;
using Scoring.V1;

namespace Scoring.FunctionalTests;

/// <summary>A message of no rows has an answer of no rows, whoever asks and whoever listens.</summary>
public sealed class ZeroRowTests
{
    private static readonly Output[] OfSoftmax =
        [Output.Scores, Output.TopK, Output.Decisions, Output.LogSumExp, Output.Entropy, Output.Loss, Output.Labels];

    private static readonly Output[] OfSigmoid = [Output.Scores, Output.TopK, Output.Decisions, Output.LogSumExp, Output.Loss, Output.Labels];
    private static readonly Output[] OfLinear = [Output.Scores, Output.TopK, Output.LogSumExp, Output.Labels];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool, bool> Heads()
    {
        var heads = new TheoryData<string, bool, bool>();
        foreach (var activation in new[] { "softmax", "log_softmax", "sigmoid", "linear" })
        {
            heads.Add(activation, false, false);
            heads.Add(activation, true, false);
            if (activation != "linear")
            {
                heads.Add(activation, true, activation != "sigmoid");
            }
        }

        return heads;
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task Every_output_of_every_head_is_answered_in_every_protocol(string activation, bool hasBias, bool hasGroups)
    {
        await using var server = await StartAsync(activation, hasBias, hasGroups);
        using var listener = ListenToAll(server);
        using var raw = new RawCalls(server);
        var outputs = activation switch { "sigmoid" => OfSigmoid, "linear" => OfLinear, _ => OfSoftmax };
        ScoreRequest[] requests =
        [
            .. outputs.Where(output => output != Output.Labels).Select(output => Request(output)),
            Request(Output.TopK, Output.Labels), Request(outputs),
            new ScoreRequest { Head = "h", Classes = 4, DataType = Scoring.V1.DataType.Fp16 },
            new ScoreRequest { Head = "h", NonFinite = NonFinite.Flag, Outputs = { outputs } },
        ];

        using (var call = raw.Stream())
        {
            foreach (var request in requests.Append(new ScoreRequest { Head = "h", Logits = { 1, 2, 3, 4 } }))
            {
                await call.RequestStream.WriteAsync(request.ToByteArray(), TestEnd);
            }

            await call.RequestStream.CompleteAsync();
            foreach (var _ in requests)
            {
                Assert.True(await call.ResponseStream.MoveNext(TestEnd));
                AssertEmpty(ScoreResponse.Parser.ParseFrom(call.ResponseStream.Current));
            }

            Assert.True(await call.ResponseStream.MoveNext(TestEnd));
            Assert.Equal(1u, ScoreResponse.Parser.ParseFrom(call.ResponseStream.Current).Rows);
            Assert.False(await call.ResponseStream.MoveNext(TestEnd));
        }

        using var http = new HttpClient();
        foreach (var request in requests)
        {
            AssertEmpty(await raw.Generated.ScoreAsync(request, cancellationToken: TestEnd));
            using var body = new StringContent(JsonFormatter.Default.Format(request), Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync($"{server.HttpAddress}/v1/score", body, TestEnd);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            AssertEmpty(JsonParser.Default.Parse<ScoreResponse>(await answer.Content.ReadAsStringAsync(TestEnd)));
        }
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task Every_output_is_answered_over_the_open_inference_protocol(string activation, bool hasBias, bool hasGroups)
    {
        await using var server = await StartAsync(activation, hasBias, hasGroups);
        using var listener = ListenToAll(server);
        using var calls = new InferenceCalls(server);
        var request = InferenceCalls.Request("h", 4, []);
        var answer = await calls.Client.ModelInferAsync(request, cancellationToken: TestEnd);
        AssertEmpty(answer);

        using var stream = calls.Client.ModelStreamInfer(cancellationToken: TestEnd);
        await stream.RequestStream.WriteAsync(request, TestEnd);
        await stream.RequestStream.WriteAsync(InferenceCalls.Request("h", 4, [1, 2, 3, 4], "scores"), TestEnd);
        await stream.RequestStream.CompleteAsync();
        Assert.True(await stream.ResponseStream.MoveNext(TestEnd));
        AssertEmpty(stream.ResponseStream.Current.InferResponse);
        Assert.True(await stream.ResponseStream.MoveNext(TestEnd));
        Assert.Equal(4, InferenceCalls.Output<float>(stream.ResponseStream.Current.InferResponse, "scores").Length);
        Assert.False(await stream.ResponseStream.MoveNext(TestEnd));
    }

    [Theory]
    [InlineData("softmax")]
    [InlineData("sigmoid")]
    public async Task Evaluations_pass_them_over(string activation)
    {
        await using var server = await StartAsync(activation, hasBias: true, hasGroups: false);
        using var raw = new RawCalls(server);
        var nothing = new EvaluateRequest { Head = "h", Classes = 4 };
        EvaluateRequest[] messages =
            [nothing, Evaluations.Message("h", 4, [3, 1, 2, 0], activation == "softmax" ? [0] : [1, 0, 0, 1]), nothing, Evaluations.Message(
                "h", 4, [1, 3, 2, 2], activation == "softmax" ? [2] : [0, 0, 1, 0])];
        using var evaluated = raw.Generated.Evaluate(cancellationToken: TestEnd);
        await SendAsync(evaluated.RequestStream, messages);
        Assert.Equal(2u, (await evaluated).Rows);
        using var calibrated = raw.Generated.Calibrate(cancellationToken: TestEnd);
        await SendAsync(calibrated.RequestStream, messages);
        Assert.Equal(2u, (await calibrated).After.Rows);

        using var empty = raw.Generated.Evaluate(cancellationToken: TestEnd);
        await SendAsync(empty.RequestStream, nothing, nothing);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await empty);
        Assert.Equal((StatusCode.InvalidArgument, "the stream has no rows to measure, in 2 messages"), (refused.StatusCode, refused.Status.Detail));
    }

    private static async Task SendAsync(IClientStreamWriter<EvaluateRequest> stream, params EvaluateRequest[] messages)
    {
        foreach (var message in messages)
        {
            await stream.WriteAsync(message, TestEnd);
        }

        await stream.CompleteAsync();
    }

    private static Task<ScoringServer> StartAsync(string activation, bool hasBias, bool hasGroups) => ScoringServer.StartAsync(
    [
        "--Scoring:Listen:HttpPort=0", $"--Scoring:Heads:h:activation={activation}", "--Scoring:Heads:h:temperature=2",
        .. "abcd".Select((label, i) => $"--Scoring:Heads:h:labels:{i}={label}"),
        .. hasBias ? Enumerable.Range(0, 4).Select(i => $"--Scoring:Heads:h:bias:{i}={i}") : [],
        .. hasGroups ? ["--Scoring:Heads:h:groups:0=3", "--Scoring:Heads:h:groups:1=1"] : Array.Empty<string>(),
    ]);

    private static MeterListener ListenToAll(ScoringServer server)
    {
        var listener = server.CreateMeterListener(static _ => true);
        listener.Start();
        return listener;
    }

    private static ScoreRequest Request(params Output[] outputs) => new() { Head = "h", Classes = 4, Outputs = { outputs } };

    private static void AssertEmpty(ScoreResponse answer)
    {
        Assert.Null(answer.Error);
        Assert.Equal((0u, 4u), (answer.Rows, answer.Classes));
        Assert.Equal(1UL, answer.Receipt.HeadRevision);
        Assert.Equal(
            0,
            answer.Scores.Count + answer.TopIndices.Count + answer.TopScores.Count + answer.TopLabels.Count + answer.LogSumExp.Count
            + answer.Entropy.Count + answer.Losses.Count + answer.Decisions.Count + answer.InvalidRows.Count);
    }

    private static void AssertEmpty(ModelInferResponse answer)
    {
        Assert.NotEmpty(answer.Outputs);
        Assert.All(answer.Outputs, output => Assert.Equal(0, output.Shape[0]));
        Assert.All(answer.RawOutputContents, contents => Assert.Empty(contents));
    }
}
