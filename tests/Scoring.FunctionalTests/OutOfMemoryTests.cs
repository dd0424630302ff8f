using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Memory;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Scoring.FunctionalTests;

public sealed class OutOfMemoryTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Limits_that_are_more_than_the_heap_has_room_for_are_told_at_the_start()
    {
        var most = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        await using var server = await ScoringServer.StartAsync($"--Scoring:Limits:ServerBytes={most}");
        server.ExpectedLog = "The limits are more than the process has memory for";
        var told = Assert.Single(server.LogLines);
        Assert.Contains($"messages {most} and answers {most} (Scoring:Limits:ServerBytes)", told, StringComparison.Ordinal);
        Assert.Contains($"a heap of {most} has room for", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_finds_no_memory_for_a_minute_ends_with_1()
    {
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time);
        server.ExpectedLog = "There is no memory";
        var host = server.Services.GetRequiredService<IHostApplicationLifetime>();
        var failure = server.Services.GetRequiredService<MemoryFailure>();
        try
        {
            for (var second = 0; second <= 60; second++)
            {
                Assert.False(host.ApplicationStopping.IsCancellationRequested);
                // Each look finds that it has run out again.
                failure.Met(new InsufficientMemoryException());
                time.Advance(TimeSpan.FromSeconds(1));
            }

            var stopping = new TaskCompletionSource();
            using var told = host.ApplicationStopping.Register(stopping.SetResult);
            await stopping.Task.WaitAsync(TestEnd);
            Assert.Equal(1, Environment.ExitCode);
            Assert.Contains(server.LogLines, line => line.Contains("and was none for 6", StringComparison.Ordinal));
        }
        finally
        {
            Environment.ExitCode = 0;
        }
    }

    [Fact]
    public async Task A_look_for_memory_that_takes_long_is_not_joined_by_others()
    {
        await using var server = await ScoringServer.StartAsync();
        server.ExpectedLog = "There is no memory";
        var failure = server.Services.GetRequiredService<MemoryFailure>();
        using var isOver = new ManualResetEventSlim();
        var hasBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hasBegunAgain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // A look tells of the change from within.
        using var first = failure.Change.Register(() =>
        {
            hasBegun.SetResult();
            isOver.Wait(TestEnd);
        });
        failure.Met(new InsufficientMemoryException());
        await hasBegun.Task.WaitAsync(TestEnd);
        using var second = failure.Change.Register(hasBegunAgain.SetResult);
        failure.Met(new InsufficientMemoryException());
        await Task.Delay(TimeSpan.FromSeconds(2.5), TestEnd);
        var isJoined = hasBegunAgain.Task.IsCompleted;
        isOver.Set();
        Assert.False(isJoined);
        await hasBegunAgain.Task.WaitAsync(TestEnd);
    }

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

        async Task<ServingStatus> StatusAsync(string name) =>
            (await health.CheckAsync(new HealthCheckRequest { Service = name }, cancellationToken: TestEnd)).Status;

        async Task<ServingStatus> NextAsync() =>
            await watch.ResponseStream.MoveNext(TestEnd) ? watch.ResponseStream.Current.Status : ServingStatus.Unknown;
    }
}
