using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Hosting;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Scoring.FunctionalTests;

public sealed class OutOfMemoryTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_met_the_end_of_its_memory_is_not_ready_until_there_is_some_again()
    {
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time);
        server.ExpectedLog = "There is no memory";
        using var channel = GrpcChannel.ForAddress(server.Address);
        var health = new Health.HealthClient(channel);
        Assert.Equal(ServingStatus.Serving, await StatusAsync("readiness"));
        using var watch = health.Watch(new HealthCheckRequest(), cancellationToken: TestEnd);
        Assert.Equal(ServingStatus.Serving, await NextAsync());

        server.Services.GetRequiredService<MemoryFailure>().Met(new InsufficientMemoryException());
        Assert.Equal(ServingStatus.NotServing, await StatusAsync("readiness"));
        Assert.Equal(ServingStatus.Serving, await StatusAsync("liveness"));

        var ready = ReadyAgainAsync();
        while (!ready.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(ready, Task.Delay(TimeSpan.FromMilliseconds(10), TestEnd));
        }

        await ready;
        Assert.Equal(ServingStatus.Serving, await StatusAsync("readiness"));

        async Task ReadyAgainAsync()
        {
            Assert.Equal(ServingStatus.NotServing, await NextAsync());
            Assert.Equal(ServingStatus.Serving, await NextAsync());
        }

        async Task<ServingStatus> StatusAsync(string name) => (await health.CheckAsync(new HealthCheckRequest { Service = name }, cancellationToken: TestEnd)).Status;

        async Task<ServingStatus> NextAsync() => await watch.ResponseStream.MoveNext(TestEnd) ? watch.ResponseStream.Current.Status : ServingStatus.Unknown;
    }
}
