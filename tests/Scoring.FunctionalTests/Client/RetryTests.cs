using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Protocol;
using Scoring.V1;

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
        using var result = await injected.Client.ScoreAsync(
            Reference.Logits(logits, seed: 1), rows: 2, classes: logits / 2, cancellationToken: TestEnd);
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
        var refused = await Assert.ThrowsAsync<ScoringException>(
            () => injected.Client.ScoreAsync(new[] { float.NaN }, 1, 1, cancellationToken: TestEnd));
        Assert.Equal(StatusCode.InvalidArgument, refused.Error.Code);
        Assert.Equal(1, handler.CallsOf("Score"));
    }

    [Fact]
    public async Task Evaluations_and_streams_without_patience_are_not_sent_again()
    {
        await using var server = await ScoringServer.StartAsync();
        var handler = new CallHandler { ToBreak = int.MaxValue };
        await using var injected = new InjectedClient(
            options => (options.Address, options.StreamPatience) = (server.Address, TimeSpan.Zero), handler);
        var client = injected.Client;
        var row = new EvaluateRequest { Classes = 1, Logits = { 1 }, Targets = { 0 } };
        await Assert.ThrowsAsync<ScoringException>(
            async () => await client.ScoreStreamAsync(Source.Of([.. Source.Rows(3, 1, 2)]), TestEnd).CountAsync(TestEnd));
        await Assert.ThrowsAsync<ScoringException>(() => client.EvaluateAsync(new[] { row }.ToAsyncEnumerable(), TestEnd));
        await Assert.ThrowsAsync<ScoringException>(() => client.CalibrateAsync(new[] { row }.ToAsyncEnumerable(), TestEnd));
        Assert.Equal((1, 1, 1), (handler.CallsOf("ScoreStream"), handler.CallsOf("Evaluate"), handler.CallsOf("Calibrate")));
    }

    [Fact]
    public async Task A_message_that_the_server_has_no_memory_for_is_sent_again_when_the_server_says()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:ServerBytes=1048576", "--Scoring:Limits:MessageBytes=65536");
        using var held = new TakenRoom(server);
        // The first answer is the refusal; after it there is room.
        var handler = new CallHandler { Answered = held.Dispose };
        await using var injected = new InjectedClient(options => options.Address = server.Address, handler);
        using var result = await injected.Client.ScoreAsync(new float[4], 2, 2, cancellationToken: TestEnd);
        Assert.Equal(2, result.Rows);
        Assert.Equal(2, handler.CallsOf("Score"));
    }

    [Fact]
    public async Task A_wait_that_would_outlast_the_deadline_is_not_begun()
    {
        await using var server = await ScoringServer.StartAsync();
        var handler = new PuttingOffHandler(TimeSpan.FromMinutes(1));
        await using var injected = new InjectedClient(options => options.Address = server.Address, handler);
        var refused = await Assert.ThrowsAsync<ScoringException>(() => injected.Client.ScoreAsync(new float[2], 1, 2, cancellationToken: TestEnd));
        Assert.Equal((StatusCode.ResourceExhausted, TimeSpan.FromMinutes(1)), (refused.Error.Code, refused.Error.RetryAfter));
        Assert.Equal(1, handler.Calls);
    }

    [Fact]
    public async Task A_message_that_waiting_does_not_help_is_not_sent_again()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:MessageBytes=65536");
        var handler = new CallHandler();
        await using var injected = new InjectedClient(options => options.Address = server.Address, handler);
        var refused = await Assert.ThrowsAsync<ScoringException>(
            () => injected.Client.ScoreAsync(new float[20_000], 1, 20_000, cancellationToken: TestEnd));
        Assert.Equal(StatusCode.ResourceExhausted, refused.Error.Code);
        Assert.Null(refused.Error.RetryAfter);
        Assert.Equal(1, handler.CallsOf("Score"));
    }

    /// <summary>Refuses every message for now, as a service without memory does.</summary>
    private sealed class PuttingOffHandler(TimeSpan retryAfter) : DelegatingHandler
    {
        public int Calls { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls++;
            var error = new Error { Code = (uint)StatusCode.ResourceExhausted, Message = "full", RetryAfterMs = (uint)retryAfter.TotalMilliseconds };
            var response = new HttpResponseMessage(HttpStatusCode.OK)
            {
                Version = HttpVersion.Version20,
                RequestMessage = request,
                Content = new ByteArrayContent([])
            };
            response.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
            response.Headers.Add("grpc-status", $"{(int)StatusCode.ResourceExhausted}");
            response.Headers.Add(ScoringMethods.ErrorTrailer, Convert.ToBase64String(error.ToByteArray()));
            return Task.FromResult(response);
        }
    }
}
