using System.Net;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.V1;

namespace Scoring.FunctionalTests.Security;

public sealed class RateLimitTests
{
    /// <summary>Slow enough that nothing comes back while a test runs: two messages, and no third for over six minutes.</summary>
    private static readonly string[] TwoMessages = ["--Scoring:RateLimits:MessagesPerSecond=0.001", "--Scoring:RateLimits:BurstSeconds=1600"];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    private static ScoreRequest Request => new() { Id = 3, Classes = 1, Logits = { 1, 2, 3 } };

    [Fact]
    public async Task A_message_too_many_is_refused_with_the_delay_to_wait_and_the_stream_goes_on()
    {
        await using var server = await ScoringServer.StartAsync(TwoMessages);
        await using var calls = new SecureCalls(server.Address);
        using var stream = calls.Generated.ScoreStream(cancellationToken: TestEnd);
        for (var i = 0; i < 4; i++)
        {
            await stream.RequestStream.WriteAsync(Request, TestEnd);
        }

        await stream.RequestStream.CompleteAsync();
        var answers = await stream.ResponseStream.ReadAllAsync(TestEnd).ToListAsync(TestEnd);
        Assert.Equal(
            [0u, 0u, (uint)StatusCode.ResourceExhausted, (uint)StatusCode.ResourceExhausted], answers.Select(answer => answer.Error?.Code ?? 0));
        Assert.Equal(("the caller's limit is 0.001 messages a second", 3ul), (answers[2].Error.Message, answers[2].Id));
        Assert.InRange(answers[2].Error.RetryAfterMs, 300_000u, 400_001u);
    }

    [Fact]
    public async Task All_calls_of_a_caller_count_together_and_a_unary_call_too_many_is_refused()
    {
        await using var server = await ScoringServer.StartAsync([.. TwoMessages, "--Scoring:Listen:HttpPort=0"]);
        await using var calls = new SecureCalls(server.Address);
        await calls.Generated.ScoreAsync(Request, cancellationToken: TestEnd);
        using (await server.Connect().ScoreAsync(new() { Classes = 1, Logits = new float[1] }, TestEnd))
        {
        }

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await calls.Generated.ScoreAsync(Request, cancellationToken: TestEnd));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.InRange(Error.Parser.ParseFrom(refused.Trailers.GetValueBytes("scoring-error-bin")).RetryAfterMs, 300_000u, 400_001u);
        using var json = await calls.Http.PostAsync(new Uri($"{server.HttpAddress}/v1/score"), new StringContent("""{ "logits": [1], "classes": 1 }"""), TestEnd);
        Assert.Equal(HttpStatusCode.TooManyRequests, json.StatusCode);
    }

    [Fact]
    public async Task Rows_are_limited_as_well_and_a_message_of_many_passes_and_is_paid_for_by_the_next()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:RateLimits:RowsPerSecond=0.001", "--Scoring:RateLimits:BurstSeconds=1600");
        await using var calls = new SecureCalls(server.Address);
        Assert.Equal(3u, (await calls.Generated.ScoreAsync(Request, cancellationToken: TestEnd)).Rows);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await calls.Generated.ScoreAsync(Request, cancellationToken: TestEnd));
        Assert.Equal("the caller's limit is 0.001 rows a second", refused.Status.Detail);
        // Bad messages have no rows.
        var bad = await Assert.ThrowsAsync<RpcException>(
            async () => await calls.Generated.ScoreAsync(new ScoreRequest(), cancellationToken: TestEnd));
        Assert.Equal(StatusCode.InvalidArgument, bad.StatusCode);
    }

    [Fact]
    public async Task Each_caller_has_its_own_account_and_may_have_limits_of_its_own_that_it_is_told()
    {
        using var keys = new KeyFile("trainer", "batch-1", "other");
        await using var server = await ScoringServer.StartAsync([.. TwoMessages, keys.Setting,
            "--Scoring:RateLimits:Callers:key/batch-*:MessagesPerSecond=0", "--Scoring:RateLimits:Callers:key/batch-*:RowsPerSecond=1000000"]);
        await using var trainer = new SecureCalls(server.Address, headers: keys.Header("trainer"));
        await using var other = new SecureCalls(server.Address, headers: keys.Header("other"));
        await using var batch = new SecureCalls(server.Address, headers: keys.Header("batch-1"));
        // To ask is to send a message.
        Assert.Equal((0.001, 0), await LimitsAsync(trainer));
        await trainer.Generated.ScoreAsync(Request, cancellationToken: TestEnd);
        await Assert.ThrowsAsync<RpcException>(async () => await trainer.Generated.ScoreAsync(Request, cancellationToken: TestEnd));
        await other.Generated.ScoreAsync(Request, cancellationToken: TestEnd);
        for (var i = 0; i < 5; i++)
        {
            await batch.Generated.ScoreAsync(Request, cancellationToken: TestEnd);
        }

        Assert.Equal((0, 1_000_000), await LimitsAsync(batch));
    }

    [Fact]
    public async Task An_evaluation_is_held_back_to_the_limit_and_loses_nothing()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:RateLimits:RowsPerSecond=200", "--Scoring:RateLimits:BurstSeconds=0.01");
        await using var calls = new SecureCalls(server.Address);
        using var call = calls.Generated.Evaluate(cancellationToken: TestEnd);
        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 4; i++)
        {
            await call.RequestStream.WriteAsync(
                new EvaluateRequest { Classes = 2, Logits = { Enumerable.Repeat(1f, 40) }, Targets = { new uint[20] } }, TestEnd);
        }

        await call.RequestStream.CompleteAsync();
        Assert.Equal(80ul, (await call.ResponseAsync).Rows);
        // 60 rows are owed when the last 20 come; less the burst, that is 0.29 s.
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0.28, 60);
    }

    [Theory]
    [InlineData("MessagesPerSecond", "--Scoring:RateLimits:MessagesPerSecond=-1")]
    [InlineData("BurstSeconds", "--Scoring:RateLimits:BurstSeconds=0")]
    [InlineData("Scoring:RateLimits:Callers has 'a*b'", "--Scoring:RateLimits:Callers:a*b:RowsPerSecond=1")]
    [InlineData("Scoring:RateLimits:Callers:a has a limit that is not from 0", "--Scoring:RateLimits:Callers:a:RowsPerSecond=-1")]
    public async Task A_limit_that_makes_no_sense_stops_the_start(string said, string setting)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => ScoringServer.StartAsync(setting));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keys/a")]
    [InlineData("a")]
    [InlineData("jwt/a")]
    [InlineData("j*")]
    public async Task A_limit_for_nobody_stops_the_start(string caller)
    {
        using var keys = new KeyFile("a");
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ScoringServer.StartAsync(keys.Setting, $"--Scoring:RateLimits:Callers:{caller}:RowsPerSecond=1"));
        Assert.Equal($"Scoring:RateLimits:Callers has '{caller}', which is nobody's name; callers are known as key/NAME", refused.Message);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("k*")]
    [InlineData("key/*")]
    [InlineData("KEY/a")]
    public async Task A_limit_may_be_for_names_that_nobody_has_yet(string caller)
    {
        using var keys = new KeyFile("b");
        await using var server = await ScoringServer.StartAsync(keys.Setting, $"--Scoring:RateLimits:Callers:{caller}:RowsPerSecond=1");
    }

    private static async Task<(double, double)> LimitsAsync(SecureCalls calls)
    {
        var limits = (await calls.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd)).Limits;
        return (limits.MessagesPerSecond, limits.RowsPerSecond);
    }
}
