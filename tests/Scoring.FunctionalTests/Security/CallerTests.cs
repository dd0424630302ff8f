using System.Net;
using System.Text.Json;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Grpc.Reflection.V1;
using Inference;
using Microsoft.Extensions.Logging;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests.Security;

public sealed class CallerTests
{
    private static readonly ScoreRequest Request = new() { Classes = 2, Logits = new float[] { 1, 1 } };

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_authentication_everybody_is_served_and_the_log_says_so_without_a_warning()
    {
        using var log = new EverythingLogged();
        await using var server = await ScoringServer.StartAsync(builder => builder.Logging.AddProvider(log));
        using var result = await server.Connect().ScoreAsync(Request, TestEnd);
        var line = Assert.Single(log.Lines, line => line.Contains("No authentication is configured", StringComparison.Ordinal));
        Assert.StartsWith("Information Scoring.Service.Security", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_protocol_refuses_who_is_not_known_and_serves_who_is()
    {
        using var file = new KeyFile("trainer");
        await using var server = await ScoringServer.StartAsync(file.Setting, "--Scoring:Listen:HttpPort=0");
        await using var unknown = new SecureCalls(server.Address);
        await using var known = new SecureCalls(server.Address, headers: file.Header("trainer"));

        await IsRefusedAsync(() => new GRPCInferenceService.GRPCInferenceServiceClient(unknown.Channel).ServerReadyAsync(
            new ServerReadyRequest(), cancellationToken: TestEnd));
        Assert.True((await new GRPCInferenceService.GRPCInferenceServiceClient(known.Channel).ServerReadyAsync(
            new ServerReadyRequest(), cancellationToken: TestEnd)).Ready);

        using var web = Web(server, unknown);
        await IsRefusedAsync(() => new ScoringService.ScoringServiceClient(web).ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd));
        using var knownWeb = Web(server, known);
        await new ScoringService.ScoringServiceClient(knownWeb).ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd);

        using var refused = await unknown.Http.GetAsync(new Uri($"{server.HttpAddress}/v1/heads"), TestEnd);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.Single().Scheme);
        using var status = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(TestEnd));
        Assert.Equal((int)StatusCode.Unauthenticated, status.RootElement.GetProperty("code").GetInt32());
        Assert.StartsWith("the call has no credentials; ", status.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("softmax", await known.Http.GetStringAsync($"{server.HttpAddress}/v1/heads", TestEnd), StringComparison.Ordinal);

        using var reflection = new ServerReflection.ServerReflectionClient(unknown.Channel).ServerReflectionInfo(cancellationToken: TestEnd);
        Assert.Equal(
            StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => reflection.ResponseStream.MoveNext(TestEnd))).StatusCode);
        using var evaluation = unknown.Generated.Evaluate(cancellationToken: TestEnd);
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => evaluation.ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task Health_needs_no_credentials()
    {
        using var file = new KeyFile("trainer");
        await using var server = await ScoringServer.StartAsync(file.Setting, "--Scoring:Admin:Port=0");
        await using var unknown = new SecureCalls(server.Address);
        var health = await new Health.HealthClient(unknown.Channel).CheckAsync(new HealthCheckRequest(), cancellationToken: TestEnd);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        Assert.Equal("ready\n", await unknown.Http.GetStringAsync($"{server.AdminAddress}/readyz", TestEnd));
    }

    [Fact]
    public async Task A_client_certificate_is_a_credential_and_where_it_is_only_allowed_a_key_does_as_well()
    {
        using var authority = new Authority();
        using var files = new TlsFolder(authority.IssueServer(), authority.Pem);
        using var keys = new KeyFile("trainer");
        await using var server = await ScoringServer.StartAsync([.. files.Settings, "--Scoring:Tls:ClientCertificates=allow", keys.Setting]);
        using var certificate = authority.IssueClient("CN=trainer, O=Example");
        await using var byCertificate = new SecureCalls(server.Address, authority, certificate);
        await byCertificate.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd);
        await using var byKey = new SecureCalls(server.Address, authority, headers: keys.Header("trainer"));
        await byKey.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd);
        await using var neither = new SecureCalls(server.Address, authority);
        var refused = await IsRefusedAsync(() => neither.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd));
        Assert.EndsWith(
            "this service takes an API key (x-api-key, or authorization: Bearer), a client's certificate", refused, StringComparison.Ordinal);
    }

    private static async Task<string> IsRefusedAsync<T>(Func<AsyncUnaryCall<T>> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        return refused.Status.Detail;
    }

    private static GrpcChannel Web(ScoringServer server, SecureCalls calls) => GrpcChannel.ForAddress(
        server.HttpAddress,
        new GrpcChannelOptions
        {
            HttpHandler = new GrpcWebHandler(
            GrpcWebMode.GrpcWeb, calls.CreateHandler()),
            HttpVersion = HttpVersion.Version11,
            DisposeHttpClient = true
        });
}
