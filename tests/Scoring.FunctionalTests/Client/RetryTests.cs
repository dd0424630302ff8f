using Grpc.Core;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Protocol.Buffers;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests.Client;

public sealed class RetryTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(6)]
    [InlineData(1_000_000)]
    public async Task A_message_is_sent_again_while_the_service_cannot_be_reached_whatever_its_size(int logits)
    {
        await using var server = await ScoringServer.StartAsync();
        var handler = new CallHandler { ToBreak = 2 };
        await using var injected = new InjectedClient(options => options.Address = server.Address, handler);
        using var result = await injected.Client.ScoreAsync(Reference.Logits(logits, seed: 1), rows: 2, classes: logits / 2, cancellationToken: TestEnd);
        Assert.Equal(2, result.Rows);
        Assert.Equal(3, handler.CallsOf("Score"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Attempts_end_at_their_limit(int maxAttempts)
    {
        await using var server = await ScoringServer.StartAsync();
        var handler = new CallHandler { ToBreak = int.MaxValue };
        await using var injected = new InjectedClient(
            options => (options.Address, options.MaxAttempts) = (server.Address, maxAttempts), handler);
        var failed = await Assert.ThrowsAsync<ScoringException>(() => injected.Client.ScoreAsync(new float[2], 1, 2, cancellationToken: TestEnd));
        Assert.Equal(StatusCode.Unavailable, failed.Error.Code);
        Assert.Equal(maxAttempts, handler.CallsOf("Score"));
    }

    [Fact]
    public async Task A_refused_message_is_not_sent_again()
    {
        await using var server = await ScoringServer.StartAsync();
        var handler = new CallHandler();
        await using var injected = new InjectedClient(options => options.Address = server.Address, handler);
        var refused = await Assert.ThrowsAsync<ScoringException>(() => injected.Client.ScoreAsync(new[] { float.NaN }, 1, 1, cancellationToken: TestEnd));
        Assert.Equal(StatusCode.InvalidArgument, refused.Error.Code);
        Assert.Equal(1, handler.CallsOf("Score"));
    }

    [Fact]
    public async Task Streams_and_evaluations_are_not_sent_again()
    {
        await using var server = await ScoringServer.StartAsync();
        var handler = new CallHandler { ToBreak = int.MaxValue };
        await using var injected = new InjectedClient(options => options.Address = server.Address, handler);
        var client = injected.Client;
        var row = new EvaluateRequest { Classes = 1, Logits = { 1 }, Targets = { 0 } };
        await Assert.ThrowsAsync<ScoringException>(async () => await client.ScoreStreamAsync(Source.Of([.. Source.Rows(3, 1, 2)]), TestEnd).CountAsync(TestEnd));
        await Assert.ThrowsAsync<ScoringException>(() => client.EvaluateAsync(new[] { row }.ToAsyncEnumerable(), TestEnd));
        await Assert.ThrowsAsync<ScoringException>(() => client.CalibrateAsync(new[] { row }.ToAsyncEnumerable(), TestEnd));
        Assert.Equal((1, 1, 1), (handler.CallsOf("ScoreStream"), handler.CallsOf("Evaluate"), handler.CallsOf("Calibrate")));
    }

    [Fact]
    public async Task A_message_that_the_server_has_no_memory_for_is_sent_again_when_the_server_says()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:ServerBytes=1048576", "--Scoring:Limits:MessageBytes=65536");
        AlignedBuffer? held = server.Pool.Buffers.Rent(2 << 20);
        var handler = new CallHandler
        {
            // The first answer is the refusal; after it there is room.
            Answered = () =>
            {
                if (Interlocked.Exchange(ref held, null) is { } buffer)
                {
                    server.Pool.Buffers.Return(buffer);
                }
            },
        };
        await using var injected = new InjectedClient(options => options.Address = server.Address, handler);
        using var result = await injected.Client.ScoreAsync(new float[4], 2, 2, cancellationToken: TestEnd);
        Assert.Equal(2, result.Rows);
        Assert.Equal(2, handler.CallsOf("Score"));
    }

    [Fact]
    public async Task A_wait_that_would_outlast_the_deadline_is_not_begun()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:ServerBytes=1048576", "--Scoring:Limits:MessageBytes=65536");
        var held = server.Pool.Buffers.Rent(2 << 20);
        var handler = new CallHandler();
        await using var injected = new InjectedClient(
            options => (options.Address, options.MaxAttempts) = (server.Address, 5), handler);
        await injected.Client.ListHeadsAsync(TestEnd);
        var refused = await Assert.ThrowsAsync<ScoringException>(
            () => injected.Client.ScoreAsync(new ScoreRequest { Classes = 1, Logits = new float[1] }, TimeSpan.FromMilliseconds(99), TestEnd));
        server.Pool.Buffers.Return(held);
        // Either the refusal, or on a slow machine the deadline before it; never a second attempt.
        Assert.Contains(refused.Error.Code, new[] { StatusCode.ResourceExhausted, StatusCode.DeadlineExceeded });
        Assert.InRange(handler.CallsOf("Score"), 0, 1);
    }
}
