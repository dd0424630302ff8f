using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Time.Testing;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Scoring.FunctionalTests.Connections;

public sealed class DrainTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_is_told_to_end_is_not_ready_and_serves_on_for_its_delay()
    {
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, "--Scoring:Drain:DelayMs=5000");
        using var raw = new RawCalls(server);
        using var watch = new Health.HealthClient(raw.Channel).Watch(new HealthCheckRequest { Service = "readiness" }, cancellationToken: TestEnd);
        Assert.True(await watch.ResponseStream.MoveNext(TestEnd));
        Assert.Equal(ServingStatus.Serving, watch.ResponseStream.Current.Status);

        var requests = Channel.CreateUnbounded<ScoreRequest>();
        var client = server.Connect(new ScoringClientOptions { StreamPatience = TimeSpan.Zero });
        await using var results = client.ScoreStreamAsync(requests.Reader.ReadAllAsync(TestEnd), TestEnd).GetAsyncEnumerator(TestEnd);
        await ScoreOneAsync();

        var stopping = server.StopAsync();
        Assert.True(await watch.ResponseStream.MoveNext(TestEnd));
        Assert.Equal(ServingStatus.NotServing, watch.ResponseStream.Current.Status);

        // Streams go on, and calls over old and new connections are answered.
        await ScoreOneAsync();
        using var old = await client.ScoreAsync(new float[2], 1, 2, cancellationToken: TestEnd);
        using var other = await server.Connect().ScoreAsync(new float[2], 1, 2, cancellationToken: TestEnd);
        Assert.False(stopping.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(5));
        var broken = await Assert.ThrowsAsync<ScoringException>(async () => await results.MoveNextAsync());
        Assert.Equal(StatusCode.Unavailable, broken.Error.Code);
        Assert.Empty(broken.Unanswered);
        await stopping;

        async Task ScoreOneAsync()
        {
            await requests.Writer.WriteAsync(Source.Rows(1, 1, 3).Single(), TestEnd);
            Assert.True(await results.MoveNextAsync());
            results.Current.EnsureScored();
            results.Current.Dispose();
        }
    }

    [Fact]
    public async Task A_client_that_keeps_its_half_of_a_call_open_does_not_hold_up_the_end()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Drain:TimeoutMs=600000");
        var client = server.Connect(new ScoringClientOptions { StreamPatience = TimeSpan.Zero });
        await using var results = client.ScoreStreamAsync(Source.ThenSilence(Source.Rows(1, 1, 3)), TestEnd).GetAsyncEnumerator(TestEnd);
        Assert.True(await results.MoveNextAsync());
        results.Current.Dispose();

        // Nobody looks at what the call ended with.
        await server.StopAsync().WaitAsync(TimeSpan.FromSeconds(30), TestEnd);
    }

    [Fact]
    public async Task What_was_read_is_answered_before_the_stream_ends()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var server = await ScoringServer.StartAsync();
            var client = server.Connect(new ScoringClientOptions { StreamPatience = TimeSpan.Zero });
            var stopping = Task.CompletedTask;
            var answered = 0UL;
            var broken = await Assert.ThrowsAsync<ScoringException>(async () =>
            {
                await foreach (var result in client.ScoreStreamAsync(Source.ThenSilence(Source.Rows(5000, 2, 100)), TestEnd))
                {
                    result.EnsureScored();
                    result.Dispose();
                    Assert.Equal(++answered, result.Id);
                    if (answered == 100)
                    {
                        stopping = server.StopAsync();
                    }
                }
            });
            await stopping;
            Assert.Equal(StatusCode.Unavailable, broken.Error.Code);
            // Nothing is missing between the last answer and the first message without one.
            Assert.True(broken.Unanswered.Count == 0 || broken.Unanswered[0] == answered + 1);
        }
    }
}
