using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Connections;
using Scoring.Service.Hosting;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Scoring.FunctionalTests;

public sealed class HealthTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<string, ServingStatus> NamesWhileStopping => new()
    {
        { string.Empty, ServingStatus.NotServing },
        { "readiness", ServingStatus.NotServing },
        { "scoring.v1.ScoringService", ServingStatus.NotServing },
        { "inference.GRPCInferenceService", ServingStatus.NotServing },
        { "liveness", ServingStatus.Serving },
    };

    [Theory]
    [InlineData("")]
    [InlineData("liveness")]
    [InlineData("readiness")]
    [InlineData("scoring.v1.ScoringService")]
    [InlineData("inference.GRPCInferenceService")]
    [InlineData("grpc.health.v1.Health")]
    [InlineData("grpc.reflection.v1.ServerReflection")]
    public async Task Each_name_serves(string name)
    {
        await using var server = await ScoringServer.StartAsync();
        using var raw = new RawCalls(server);
        var answer = await new Health.HealthClient(raw.Channel).CheckAsync(new HealthCheckRequest { Service = name }, cancellationToken: TestEnd);
        Assert.Equal(ServingStatus.Serving, answer.Status);
    }

    [Fact]
    public async Task A_name_that_nothing_has_is_not_found_by_a_check_and_unknown_to_a_watch()
    {
        await using var server = await ScoringServer.StartAsync();
        using var raw = new RawCalls(server);
        var health = new Health.HealthClient(raw.Channel);
        var request = new HealthCheckRequest { Service = "nobody" };
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(request, cancellationToken: TestEnd));
        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
        Assert.Contains("'nobody'", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("'readiness'", refused.Status.Detail, StringComparison.Ordinal);

        using var watch = health.Watch(request, cancellationToken: TestEnd);
        Assert.True(await watch.ResponseStream.MoveNext(TestEnd));
        Assert.Equal(ServingStatus.ServiceUnknown, watch.ResponseStream.Current.Status);
    }

    [Fact]
    public async Task A_watch_tells_that_the_service_stops_where_it_has_stopped_before_the_first_status_was_written()
    {
        await using var server = await ScoringServer.StartAsync();
        var streams = server.Services.GetRequiredService<OpenStreams>();
        var stopped = Task.CompletedTask;
        var told = new Answers(async () =>
        {
            stopped = server.StopAsync();
            await Task.Delay(Timeout.Infinite, streams.Ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        var endpoint = server.Services.GetRequiredService<HealthEndpoint>();
        var ended = await Assert.ThrowsAsync<RpcException>(() => endpoint.Watch(new HealthCheckRequest(), told, new DirectCall()));
        Assert.Equal(StatusCode.Unavailable, ended.StatusCode);
        Assert.Equal([ServingStatus.Serving, ServingStatus.NotServing], told.Statuses);
        await stopped;
    }

    [Theory]
    [MemberData(nameof(NamesWhileStopping))]
    public async Task A_watch_tells_what_changes_when_the_service_stops_and_ends(string name, ServingStatus whileStopping)
    {
        await using var server = await ScoringServer.StartAsync();
        using var raw = new RawCalls(server);
        using var watch = new Health.HealthClient(raw.Channel).Watch(new HealthCheckRequest { Service = name }, cancellationToken: TestEnd);
        Assert.True(await watch.ResponseStream.MoveNext(TestEnd));
        Assert.Equal(ServingStatus.Serving, watch.ResponseStream.Current.Status);

        var stopped = server.StopAsync();
        if (whileStopping != ServingStatus.Serving)
        {
            Assert.True(await watch.ResponseStream.MoveNext(TestEnd));
            Assert.Equal(whileStopping, watch.ResponseStream.Current.Status);
        }

        var ended = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(TestEnd));
        Assert.Equal(StatusCode.Unavailable, ended.StatusCode);
        await stopped;
    }

    [Theory]
    [MemberData(nameof(NamesWhileStopping))]
    public async Task A_check_once_the_service_stops_tells_who_still_serves(string name, ServingStatus whileStopping)
    {
        await using var server = await ScoringServer.StartAsync();
        await server.StopAsync();
        // Nothing listens any longer, so the call is made where it would arrive.
        var answer = await server.Services.GetRequiredService<HealthEndpoint>().Check(new HealthCheckRequest { Service = name }, null!);
        Assert.Equal(whileStopping, answer.Status);
    }

    [Fact]
    public async Task The_admin_port_tells_in_plain_HTTP_that_it_is_live_and_ready()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Admin:Port=0");
        using var http = new HttpClient();
        Assert.Equal("live\n", await http.GetStringAsync($"{server.AdminAddress}/healthz", TestEnd));
        Assert.Equal("ready\n", await http.GetStringAsync($"{server.AdminAddress}/readyz", TestEnd));
    }

    [Fact]
    public async Task The_admin_port_tells_that_it_is_live_and_not_ready_while_the_service_stops()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Admin:Port=0");
        using var http = new HttpClient();
        // What the host does first of all; the server listens still.
        await server.Services.GetRequiredService<Drain>().StoppingAsync(TestEnd);
        using var ready = await http.GetAsync(new Uri($"{server.AdminAddress}/readyz"), TestEnd);
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("draining\n", await ready.Content.ReadAsStringAsync(TestEnd));
        Assert.Equal("live\n", await http.GetStringAsync($"{server.AdminAddress}/healthz", TestEnd));
    }

    /// <summary>Takes the answers of a call that nobody made; the first is written as late as the test wants it.</summary>
    private sealed class Answers(Func<Task> first) : IServerStreamWriter<HealthCheckResponse>
    {
        public List<ServingStatus> Statuses { get; } = [];

        public WriteOptions? WriteOptions { get; set; }

        public async Task WriteAsync(HealthCheckResponse message)
        {
            Statuses.Add(message.Status);
            if (Statuses.Count == 1)
            {
                await first();
            }
        }
    }
}
