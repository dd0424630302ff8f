using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.OpenInference;
using Scoring.V1;

namespace Scoring.FunctionalTests.Messages;

/// <summary><c>Scoring:Limits:MessageBytes</c> is the limit of a message by whatever call it comes, and nothing else is.</summary>
public sealed class MessageSizeTests
{
    /// <summary>More than the 30,000,000 bytes that Kestrel takes by default.</summary>
    private const int LargeLogits = 8_000_000;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_message_within_the_limit_is_scored_by_every_call()
    {
        await using var server = await ScoringServer.StartAsync(
            $"--Scoring:Limits:MessageBytes={36 << 20}", $"--Scoring:Limits:Classes={LargeLogits}", "--Scoring:Listen:HttpPort=0");
        var request = new ScoreRequest
        {
            Classes = LargeLogits,
            Data = ByteString.CopyFrom(
            new byte[LargeLogits * sizeof(float)]),
            Outputs = { Output.TopK }
        };
        using var raw = new RawCalls(server);
        Assert.Equal([0u], (await raw.Generated.ScoreAsync(request, cancellationToken: TestEnd)).TopIndices);

        using var calls = new InferenceCalls(server);
        var inferred = await calls.Client.ModelInferAsync(
            InferenceCalls.Request("softmax", LargeLogits, new float[LargeLogits], "log_sum_exp"), cancellationToken: TestEnd);
        Assert.Equal(Math.Log(LargeLogits), Assert.Single(InferenceCalls.Output<float>(inferred, "log_sum_exp")), 1e-4);

        foreach (var mode in Enum.GetValues<GrpcWebMode>())
        {
            using var channel = Channel(server, mode);
            Assert.Equal([0u], (await new ScoringService.ScoringServiceClient(channel).ScoreAsync(request, cancellationToken: TestEnd)).TopIndices);
        }
    }

    [Theory]
    [InlineData("scoring.v1.ScoringService/Score")]
    [InlineData("scoring.v1.ScoringService/ScoreStream")]
    [InlineData("scoring.v1.ScoringService/ListHeads")]
    [InlineData("scoring.v1.ScoringService/Evaluate")]
    [InlineData("scoring.v1.ScoringService/Calibrate")]
    [InlineData("inference.GRPCInferenceService/ModelInfer")]
    [InlineData("inference.GRPCInferenceService/ModelStreamInfer")]
    public async Task A_message_over_the_limit_is_refused_with_its_size_and_the_limit(string method)
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:MessageBytes=4096");
        // Cut into a few bytes at a time and whole.
        foreach (var bytesAtATime in new[] { 3000, 1 << 20 })
        {
            var (status, message, answers) = await RawCalls.PostAsync(server, RawCalls.Frame(new byte[5000]), "identity", bytesAtATime, method);
            Assert.Equal(("8", "a message of 5000 bytes; the limit is 4096", 0), (status, message, answers));
        }
    }

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task A_message_over_the_limit_is_refused_over_gRPC_Web_as_well(GrpcWebMode mode)
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:MessageBytes=4096", "--Scoring:Listen:HttpPort=0");
        using var channel = Channel(server, mode);
        var request = new ScoreRequest { Classes = 2, Data = ByteString.CopyFrom(new byte[8000]) };
        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await new ScoringService.ScoringServiceClient(channel).ScoreAsync(request, cancellationToken: TestEnd));
        Assert.Equal(
            (StatusCode.ResourceExhausted, $"a message of {request.CalculateSize()} bytes; the limit is 4096"),
            (refused.StatusCode, refused.Status.Detail));
    }

    private static GrpcChannel Channel(ScoringServer server, GrpcWebMode mode) => GrpcChannel.ForAddress(
        server.HttpAddress,
        new GrpcChannelOptions
        {
            HttpHandler = new GrpcWebHandler(mode, new HttpClientHandler()),
            HttpVersion = HttpVersion.Version11,
            DisposeHttpClient = true,
            MaxSendMessageSize = null,
        });
}
