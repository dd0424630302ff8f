using Grpc.Core;
using Grpc.Reflection.V1;
using Inference;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.V1;

namespace Scoring.FunctionalTests.Heads;

/// <summary>What is told of heads is as much as was asked for, and counts as what it is asked by does.</summary>
public sealed class ListHeadsTests
{
    private static readonly string[] Pets =
    [
        "--Scoring:Heads:pets:activation=softmax", "--Scoring:Heads:pets:labels:0=cat", "--Scoring:Heads:pets:labels:1=dog",
        "--Scoring:Heads:pets:bias:0=1", "--Scoring:Heads:pets:bias:1=2", "--Scoring:Heads:bare:activation=linear",
    ];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_heads_have_for_each_class_is_told_to_who_asks_for_it()
    {
        await using var server = await ScoringServer.StartAsync(Pets);
        var client = server.Connect();
        var brief = (await client.ListHeadsAsync(new ListHeadsRequest(), TestEnd)).Heads;
        Assert.Equal(6, brief.Count);
        Assert.All(brief, head => Assert.Empty(head.Labels));
        Assert.All(brief, head => Assert.Empty(head.Bias));
        Assert.Equal(["pets"], brief.Where(head => head.HasLabels && head.HasBias && head.Classes == 2).Select(head => head.Name));
        Assert.Equal(["pets"], brief.Where(head => head.HasLabels || head.HasBias).Select(head => head.Name));

        var full = (await client.ListHeadsAsync(new ListHeadsRequest { WithClasses = true }, TestEnd)).Heads.Single(head => head.Name == "pets");
        Assert.Equal(["cat", "dog"], full.Labels);
        Assert.Equal([1f, 2f], full.Bias);
        Assert.Equal(full, (await client.ListHeadsAsync(TestEnd)).Heads.Single(head => head.Name == "pets"));
        var two = await client.ListHeadsAsync(new ListHeadsRequest { Heads = { "pets", "linear", "pets" } }, TestEnd);
        Assert.Equal(["pets", "linear"], two.Heads.Select(head => head.Name));
        var refused = await Assert.ThrowsAsync<ScoringException>(() => client.ListHeadsAsync(new ListHeadsRequest { Heads = { "toys" } }, TestEnd));
        Assert.Equal((StatusCode.NotFound, "head 'toys' is not configured; there are bare, linear, log_softmax, pets, sigmoid, softmax"), (
            refused.Error.Code, refused.Error.Message));
    }

    [Fact]
    public async Task JSON_asks_in_the_same_way()
    {
        await using var server = await ScoringServer.StartAsync([.. Pets, "--Scoring:Listen:HttpPort=0"]);
        using var http = new HttpClient { BaseAddress = new Uri(server.HttpAddress) };
        Assert.DoesNotContain("\"cat\"", await http.GetStringAsync("/v1/heads", TestEnd), StringComparison.Ordinal);
        var pets = await http.GetStringAsync("/v1/heads?heads=pets&withClasses=true", TestEnd);
        Assert.Contains("\"labels\":[\"cat\",\"dog\"]", pets.Replace(" ", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("sigmoid", pets, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_question_but_those_of_probes_counts_as_a_message()
    {
        await using var server = await ScoringServer.StartAsync(
            "--Scoring:RateLimits:MessagesPerSecond=0.001", "--Scoring:RateLimits:BurstSeconds=1");
        await using var calls = new SecureCalls(server.Address);
        var models = new GRPCInferenceService.GRPCInferenceServiceClient(calls.Channel);
        // The one that there is.
        await calls.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd);
        Func<Task>[] questions =
        [
            async () => await calls.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd),
            async () => await models.ServerMetadataAsync(new ServerMetadataRequest(), cancellationToken: TestEnd),
            async () => await models.ModelMetadataAsync(new ModelMetadataRequest { Name = "softmax" }, cancellationToken: TestEnd),
            async () => await models.ModelConfigAsync(new ModelConfigRequest { Name = "softmax" }, cancellationToken: TestEnd),
            async () => await models.ModelStatisticsAsync(new ModelStatisticsRequest(), cancellationToken: TestEnd),
            async () => await models.RepositoryIndexAsync(new RepositoryIndexRequest(), cancellationToken: TestEnd),
            async () =>
            {
                using var call = new ServerReflection.ServerReflectionClient(calls.Channel).ServerReflectionInfo(cancellationToken: TestEnd);
                await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = string.Empty }, TestEnd);
                await call.ResponseStream.MoveNext(TestEnd);
            },
        ];
        foreach (var question in questions)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(question);
            Assert.Equal(
                (StatusCode.ResourceExhausted, "the caller's limit is 0.001 messages a second"), (refused.StatusCode, refused.Status.Detail));
        }

        Assert.True((await models.ServerLiveAsync(new ServerLiveRequest(), cancellationToken: TestEnd)).Live);
        Assert.True((await models.ServerReadyAsync(new ServerReadyRequest(), cancellationToken: TestEnd)).Ready);
        Assert.True((await models.ModelReadyAsync(new ModelReadyRequest { Name = "softmax" }, cancellationToken: TestEnd)).Ready);
    }
}
