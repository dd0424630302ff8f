using Grpc.Reflection.V1;
using Microsoft.Extensions.Options;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests;

public sealed class HostingTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reflection_lists_and_describes_the_services()
    {
        await using var server = await ScoringServer.StartAsync();
        using var raw = new RawCalls(server);
        using var call = new ServerReflection.ServerReflectionClient(raw.Channel).ServerReflectionInfo(cancellationToken: TestEnd);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = string.Empty }, TestEnd);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = "scoring.v1.ScoringService" }, TestEnd);
        await call.RequestStream.CompleteAsync();

        Assert.True(await call.ResponseStream.MoveNext(TestEnd));
        var names = call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name);
        Assert.Equal(
            [
                "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
                "inference.GRPCInferenceService",
                "scoring.v1.ScoringService",
            ],
            names.Order(StringComparer.Ordinal));
        Assert.True(await call.ResponseStream.MoveNext(TestEnd));
        Assert.NotEmpty(call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto);
        Assert.False(await call.ResponseStream.MoveNext(TestEnd));
    }

    [Fact]
    public async Task Endpoints_of_Kestrels_own_configuration_are_not_listened_on()
    {
        await using var server = await ScoringServer.StartAsync("--Kestrel:Endpoints:Other:Url=http://127.0.0.1:0");
        Assert.Single(server.Addresses);
    }

    [Theory]
    [InlineData("unix:")]
    [InlineData("unix://")]
    public async Task A_unix_domain_socket_serves_as_well(string scheme)
    {
        var folder = Directory.CreateTempSubdirectory("scoring-");
        try
        {
            var path = Path.Combine(folder.FullName, "s.sock");
            await using var server = await ScoringServer.StartAsync($"--Scoring:Listen:UnixSocket={path}");
            await using var client = ScoringClient.Connect(scheme + path);
            using var result = await client.ScoreAsync(new ScoreRequest { Classes = 2, Logits = new float[] { 1, 1 } }, TestEnd);
            Assert.Equal([0.5f, 0.5f], result.Scores.ToArray());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("--Scoring:Listen:Port=70000", "Port", "65535")]
    [InlineData("--Scoring:Listen:Address=nowhere", "Scoring:Listen:Address is 'nowhere'", "127.0.0.1")]
    [InlineData("--Scoring:Listen:HttpPort=70000", "HttpPort", "65535")]
    [InlineData("--Scoring:Http:Origins:0=nowhere", "Scoring:Http:Origins has 'nowhere'", "https://app.example.com")]
    [InlineData("--Scoring:Http:Origins:0=https://there/", "Scoring:Http:Origins has 'https://there/'", "https://app.example.com")]
    [InlineData("--Scoring:Admin:Port=70000", "Port", "65535")]
    [InlineData("--Scoring:Admin:Address=nowhere", "Scoring:Admin:Address is 'nowhere'", "127.0.0.1")]
    [InlineData("--Scoring:Telemetry:DriftRowsPerSecond=-1", "DriftRowsPerSecond", "10000")]
    [InlineData("--Scoring:Limits:ServerBytes=20000000", "Scoring:Limits:ServerBytes is 20000000", "16777216")]
    [InlineData("--Scoring:Limits:MessageBytes=5", "MessageBytes", "1024")]
    [InlineData("--Scoring:Limits:StreamWindowBytes=0", "StreamWindowBytes", "65535")]
    [InlineData("--Scoring:Batch:Rows=0", "Rows", "1")]
    public async Task A_setting_out_of_range_stops_the_start_and_is_named(string setting, string name, string bound)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => ScoringServer.StartAsync(setting));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        Assert.Contains(bound, refused.Message, StringComparison.Ordinal);
    }
}
