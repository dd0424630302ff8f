using System.Net;
using Grpc.Core;
using Inference;
using Microsoft.Extensions.Options;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.OpenInference;
using Scoring.Service;
using Scoring.V1;

namespace Scoring.FunctionalTests.Security;

public sealed class HeadRuleTests
{
    private const string MayNot = "key/trainer may not use head 'linear'; it may use pets, softmax";

    private static readonly string[] Rules =
    [
        "--Scoring:Heads:pets:activation=softmax", "--Scoring:Heads:payments:activation=sigmoid",
        "--Scoring:Auth:Heads:pets:0=key/trainer", "--Scoring:Auth:Heads:payments:0=key/cashier-*", "--Scoring:Auth:Heads:log*:0=key/nobody",
        "--Scoring:Auth:Heads:linear:0=jwt/trainer", "--Scoring:Auth:Heads:sigmoid:0=key/other", "--Scoring:Auth:Heads:lin*:0=key/other",
    ];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_to_a_head_that_its_caller_may_not_use_is_refused_and_the_stream_goes_on()
    {
        using var keys = new KeyFile("trainer");
        await using var server = await ScoringServer.StartAsync([keys.Setting, .. Rules]);
        await using var calls = new SecureCalls(server.Address, headers: keys.Header("trainer"));
        using var stream = calls.Generated.ScoreStream(cancellationToken: TestEnd);
        foreach (var head in new[] { "pets", "linear", string.Empty, "nowhere" })
        {
            await stream.RequestStream.WriteAsync(new ScoreRequest { Id = 7, Head = head, Classes = 2, Logits = { 1, 1 } }, TestEnd);
        }

        await stream.RequestStream.CompleteAsync();
        var answers = await stream.ResponseStream.ReadAllAsync(TestEnd).ToListAsync(TestEnd);
        Assert.Equal([0.5f, 0.5f], answers[0].Scores);
        Assert.Equal(((uint)StatusCode.PermissionDenied, MayNot, 7ul), (answers[1].Error.Code, answers[1].Error.Message, answers[1].Id));
        Assert.Equal([0.5f, 0.5f], answers[2].Scores);
        Assert.Equal("head 'nowhere' is not configured; there are pets, softmax", answers[3].Error.Message);
    }

    [Fact]
    public async Task Every_protocol_refuses_the_head_and_lists_only_those_that_the_caller_may_use()
    {
        using var keys = new KeyFile("trainer");
        await using var server = await ScoringServer.StartAsync([keys.Setting, "--Scoring:Listen:HttpPort=0", .. Rules]);
        await using var calls = new SecureCalls(server.Address, headers: keys.Header("trainer"));
        var unary = await Assert.ThrowsAsync<RpcException>(async () => await calls.Generated.ScoreAsync(
            new ScoreRequest { Head = "linear", Classes = 1, Logits = { 1 } }, cancellationToken: TestEnd));
        Assert.Equal((StatusCode.PermissionDenied, MayNot), (unary.StatusCode, unary.Status.Detail));
        Assert.Equal(["pets", "softmax"], (
            await calls.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd)).Heads.Select(head => head.Name));

        var inference = new GRPCInferenceService.GRPCInferenceServiceClient(calls.Channel);
        var infer = await Assert.ThrowsAsync<RpcException>(
            async () => await inference.ModelInferAsync(InferenceCalls.Request("linear", 1, [1]), cancellationToken: TestEnd));
        Assert.Equal((StatusCode.PermissionDenied, MayNot), (infer.StatusCode, infer.Status.Detail));
        var metadata = await Assert.ThrowsAsync<RpcException>(
            async () => await inference.ModelMetadataAsync(new ModelMetadataRequest { Name = "linear" }, cancellationToken: TestEnd));
        Assert.Equal(StatusCode.PermissionDenied, metadata.StatusCode);
        Assert.False((await inference.ModelReadyAsync(new ModelReadyRequest { Name = "linear" }, cancellationToken: TestEnd)).Ready);
        Assert.True((await inference.ModelReadyAsync(new ModelReadyRequest { Name = "pets" }, cancellationToken: TestEnd)).Ready);
        Assert.Equal(["pets", "softmax"], (
            await inference.RepositoryIndexAsync(new RepositoryIndexRequest(), cancellationToken: TestEnd)).Models.Select(model => model.Name));
        Assert.Equal(["pets", "softmax"], (
            await inference.ModelStatisticsAsync(new ModelStatisticsRequest(), cancellationToken: TestEnd)).ModelStats.Select(model => model.Name));
        using var streamed = inference.ModelStreamInfer(cancellationToken: TestEnd);
        await streamed.RequestStream.WriteAsync(InferenceCalls.Request("linear", 1, [1]), TestEnd);
        Assert.True(await streamed.ResponseStream.MoveNext(TestEnd));
        Assert.Contains(MayNot, streamed.ResponseStream.Current.ErrorMessage, StringComparison.Ordinal);
        await streamed.RequestStream.WriteAsync(InferenceCalls.Request("pets", 1, [1]), TestEnd);
        Assert.True(await streamed.ResponseStream.MoveNext(TestEnd));
        Assert.Empty(streamed.ResponseStream.Current.ErrorMessage);
        await streamed.RequestStream.CompleteAsync();
        Assert.False(await streamed.ResponseStream.MoveNext(TestEnd));

        using var json = await calls.Http.PostAsync(new Uri($"{server.HttpAddress}/v1/score"), new StringContent("""{ "head": "linear", "logits": [1], "classes": 1 }"""), TestEnd);
        Assert.Equal(HttpStatusCode.Forbidden, json.StatusCode);
        Assert.Contains("key/trainer may not use head", await json.Content.ReadAsStringAsync(TestEnd), StringComparison.Ordinal);
        Assert.DoesNotContain("payments", await calls.Http.GetStringAsync($"{server.HttpAddress}/v1/heads", TestEnd), StringComparison.Ordinal);

        using var evaluation = calls.Generated.Evaluate(cancellationToken: TestEnd);
        await evaluation.RequestStream.WriteAsync(Evaluations.Message("payments", 1, [1], 1), TestEnd);
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => evaluation.ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task Heads_that_are_configured_anew_are_decided_anew_for_a_stream_that_is_open()
    {
        using var folder = new TemporaryFolder();
        var heads = folder.Write("heads.json", """{ "pets": { "activation": "softmax" } }""");
        using var keys = new KeyFile("trainer");
        await using var server = await ScoringServer.StartAsync(
            keys.Setting, $"--Scoring:HeadsFile={heads}", "--Scoring:Files:PollMs=10", "--Scoring:Auth:Heads:pets-secret:0=key/other");
        using var reloads = new ReloadRecorder(server);
        await using var calls = new SecureCalls(server.Address, headers: keys.Header("trainer"));
        using var stream = calls.Generated.ScoreStream(cancellationToken: TestEnd);
        Assert.Equal((uint)StatusCode.NotFound, (await AnswerAsync("pets-2")).Error.Code);
        folder.Write("heads.json", """{ "pets-2": { "activation": "softmax" }, "pets-secret": { "activation": "softmax" } }""");
        await reloads.NextIsAsync("accepted");
        Assert.Null((await AnswerAsync("pets-2")).Error);
        Assert.Equal((uint)StatusCode.PermissionDenied, (await AnswerAsync("pets-secret")).Error.Code);
        await stream.RequestStream.CompleteAsync();
        Assert.False(await stream.ResponseStream.MoveNext(TestEnd));

        async Task<ScoreResponse> AnswerAsync(string head)
        {
            await stream.RequestStream.WriteAsync(new ScoreRequest { Head = head, Classes = 1, Logits = { 1 } }, TestEnd);
            Assert.True(await stream.ResponseStream.MoveNext(TestEnd));
            return stream.ResponseStream.Current;
        }
    }

    [Theory]
    [InlineData("[\"pets*\"]", "pets")]
    [InlineData("[\"pets\", \"LIN*\"]", "linear", "pets")]
    [InlineData("[]")]
    [InlineData("[\"*\"]", "linear", "log_softmax", "pets", "sigmoid", "softmax")]
    public async Task A_key_may_have_heads_of_its_own(string own, params string[] heads)
    {
        var key = NewApiKey.Create("trainer");
        using var keys = new KeyFile();
        keys.Write($"{{ {key.Entry[..^2]}, \"heads\": {own} }} }}");
        await using var server = await ScoringServer.StartAsync(keys.Setting, "--Scoring:Heads:pets:activation=softmax");
        Assert.Equal(heads, await HeadsAsync(server, ("x-api-key", key.Key)));
    }

    [Fact]
    public async Task A_rule_that_names_nobody_is_for_nobody_and_those_that_match_as_well_still_hold()
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", """{ "Scoring": { "Auth": { "Heads": { "*": [], "SOFT*": ["key/*"], "linear": ["key/other"] } } } }""");
        using var keys = new KeyFile("trainer");
        await using var server = await ScoringServer.StartAsync(keys.Setting, $"--contentRoot={folder.Path}");
        Assert.Equal(["softmax"], await HeadsAsync(server, keys.Header("trainer")));
    }

    [Fact]
    public async Task A_token_may_say_which_heads_its_owner_may_use_and_one_that_does_not_may_use_none()
    {
        using var issuer = new Issuer();
        using var folder = new TemporaryFolder();
        await using var server = await ScoringServer.StartAsync(
            $"--Scoring:Auth:Jwt:KeysFile={folder.Write("keys", issuer.PublicPem)}", $"--Scoring:Auth:Jwt:Audience={Issuer.Audience}",
            $"--Scoring:Auth:Jwt:Issuer={Issuer.Name}",
            "--Scoring:Auth:Jwt:HeadsClaim=heads");
        Assert.Equal(["linear", "softmax"], await HeadsAsync(server, Bearer(issuer.Issue(claims: ("heads", new[] { "soft*", "linear" })))));
        Assert.Equal(["sigmoid"], await HeadsAsync(server, Bearer(issuer.Issue(claims: ("heads", "sigmoid")))));
        Assert.Empty(await HeadsAsync(server, Bearer(issuer.Issue())));
    }

    [Theory]
    [InlineData("Scoring:Auth:Heads has 'a*b'", true, "--Scoring:Auth:Heads:a*b:0=key/trainer")]
    [InlineData("Scoring:Auth:Heads:a has ''", true, "--Scoring:Auth:Heads:a:0=")]
    [InlineData("Scoring:Auth:Heads says who may use heads, and nothing tells callers apart", false, "--Scoring:Auth:Heads:a:0=key/trainer")]
    public async Task A_rule_that_cannot_be_kept_stops_the_start(string said, bool hasKeys, string rule)
    {
        using var keys = new KeyFile("trainer");
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => ScoringServer.StartAsync(hasKeys ? [keys.Setting, rule] : [rule]));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    private static (string, string) Bearer(string token) => ("authorization", $"Bearer {token}");

    private static async Task<IEnumerable<string>> HeadsAsync(ScoringServer server, (string, string) header)
    {
        await using var calls = new SecureCalls(server.Address, headers: header);
        return (await calls.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd)).Heads.Select(head => head.Name);
    }
}
