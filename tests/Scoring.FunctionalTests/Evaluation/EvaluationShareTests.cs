using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Evaluation;
using Scoring.Service.Security;
using Scoring.V1;

namespace Scoring.FunctionalTests.Evaluation;

/// <summary>What Evaluate and Calibrate hold is shared out: no caller keeps the others from measuring.</summary>
public sealed class EvaluationShareTests
{
    private static readonly EvaluateRequest Message = new() { Classes = 2, Logits = { 1, 2 }, Targets = { 1u } };

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_that_is_known_has_a_share_of_the_calls_over_all_its_connections()
    {
        using var keys = new KeyFile("trainer", "other");
        await using var server = await ScoringServer.StartAsync(
            keys.Setting, "--Scoring:Evaluation:Calls=3", "--Scoring:Evaluation:CallsPerCaller=2");
        await using var trainer = new SecureCalls(server.Address, headers: keys.Header("trainer"));
        await using var other = new SecureCalls(server.Address, headers: keys.Header("other"));
        var calls = server.Services.GetRequiredService<EvaluationCalls>();
        calls.Enter("key/trainer");
        calls.Enter("key/trainer");
        await IsRefusedAsync(
            trainer, "2 Evaluate and Calibrate calls of the caller are under way, which is the limit Scoring:Evaluation:CallsPerCaller");
        await EvaluateAsync(other);
        calls.Enter("key/other");
        await IsRefusedAsync(other, "3 Evaluate and Calibrate calls are under way, which is the limit Scoring:Evaluation:Calls");
        calls.Leave("key/other");
        calls.Leave("key/trainer");
        await EvaluateAsync(trainer);
        calls.Leave("key/trainer");
    }

    [Fact]
    public async Task A_connection_has_a_share_where_callers_are_not_told_apart()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Evaluation:CallsPerCaller=1");
        await using var first = new SecureCalls(server.Address);
        await using var second = new SecureCalls(server.Address);
        using var one = first.Generated.Evaluate(cancellationToken: TestEnd);
        using var two = first.Generated.Evaluate(cancellationToken: TestEnd);
        // Either may be the one too many.
        var ended = await Task.WhenAny(one.ResponseAsync, two.ResponseAsync);
        var refused = await Assert.ThrowsAsync<RpcException>(() => ended);
        Assert.Equal("1 Evaluate and Calibrate calls of the caller are under way, which is the limit Scoring:Evaluation:CallsPerCaller",
            refused.Status.Detail);
        await EvaluateAsync(second);
        await FinishAsync(ended == one.ResponseAsync ? two : one);
    }

    [Fact]
    public async Task A_caller_may_be_held_back_for_longer_than_a_timer_can_wait()
    {
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(
            time, "--Scoring:RateLimits:RowsPerSecond=0.001", "--Scoring:RateLimits:BurstSeconds=1000", "--Scoring:Limits:FirstMessageMs=0");
        var account = server.Services.GetRequiredService<CallerLimits>().Of(Caller.Anyone.Name)!;
        Assert.Null(account.TakeRows(5000));
        Assert.Equal(uint.MaxValue, account.TakeRows(1)!.RetryAfterMs);
        await using var calls = new SecureCalls(server.Address);
        using var call = calls.Generated.Evaluate(cancellationToken: TestEnd);
        await call.RequestStream.WriteAsync(Message, TestEnd);
        await call.RequestStream.CompleteAsync();
        var start = time.GetUtcNow();
        while (!call.ResponseAsync.IsCompleted)
        {
            time.Advance(TimeSpan.FromHours(1));
            await Task.Yield();
        }

        Assert.Equal(1u, (await call.ResponseAsync).Rows);
        Assert.InRange(time.GetUtcNow() - start, TimeSpan.FromSeconds(4_998_000), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task A_caller_has_a_share_of_the_rows_that_are_held_for_calibration()
    {
        await using var server = await ScoringServer.StartAsync(
            "--Scoring:Evaluation:CalibrationBytesPerCaller=1048576", "--Scoring:Evaluation:CalibrationBytes=4194304");
        await using var first = new SecureCalls(server.Address);
        await using var second = new SecureCalls(server.Address);
        var rows = Evaluations.Message("softmax", 1000, new float[195_000], new uint[195]);
        using var one = first.Generated.Calibrate(cancellationToken: TestEnd);
        await one.RequestStream.WriteAsync(rows, TestEnd);
        await one.RequestStream.WriteAsync(rows, TestEnd);
        var refused = await Assert.ThrowsAsync<RpcException>(() => one.ResponseAsync);
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.EndsWith("those of the caller's other calls 0; the limit Scoring:Evaluation:CalibrationBytesPerCaller is 1048576",
            refused.Status.Detail, StringComparison.Ordinal);
        using var two = second.Generated.Calibrate(cancellationToken: TestEnd);
        await two.RequestStream.WriteAsync(rows, TestEnd);
        await two.RequestStream.CompleteAsync();
        Assert.Equal(195ul, (await two.ResponseAsync).After.Rows);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_call_that_waits_for_its_client_for_too_long_ends(int messages)
    {
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, "--Scoring:Evaluation:IdleMs=60000", "--Scoring:Limits:FirstMessageMs=0");
        await using var calls = new SecureCalls(server.Address);
        using var call = calls.Generated.Evaluate(cancellationToken: TestEnd);
        for (var i = 0; i < messages; i++)
        {
            await call.RequestStream.WriteAsync(Message, TestEnd);
        }

        var status = (await EndsAsync(call, server, time)).Status;
        Assert.Equal(
            (StatusCode.Unavailable, "no message came whole in 60000 ms, which is the limit Scoring:Evaluation:IdleMs; send the whole stream again"),
            (status.StatusCode, status.Detail));
    }

    [Fact]
    public async Task A_call_ends_when_its_connection_is_twice_as_old_as_it_may_be()
    {
        var time = new FakeTimeProvider();
        // The status has longer to arrive than time is let pass here, before the connection is closed that nobody ends.
        await using var server = await ScoringServer.StartAsync(
            time, "--Scoring:Limits:ConnectionAgeMs=60000", "--Scoring:Evaluation:IdleMs=0", "--Scoring:Limits:FirstMessageMs=0",
            "--Scoring:Drain:TimeoutMs=3600000");
        await using var calls = new SecureCalls(server.Address);
        using var call = calls.Generated.Evaluate(cancellationToken: TestEnd);
        await call.RequestStream.WriteAsync(Message, TestEnd);
        var status = (await EndsAsync(call, server, time)).Status;
        Assert.Equal(
            (StatusCode.Unavailable, "the connection is twice as old as Scoring:Limits:ConnectionAgeMs allows; send the whole stream again"), (
                status.StatusCode, status.Detail));
    }

    /// <summary>
    /// Lets time pass until the call ends. Before each step another call is answered, so that this one has come to what it waits for: over a
    /// connection of its own, which does not come to its age.
    /// </summary>
    private static async Task<RpcException> EndsAsync(
        AsyncClientStreamingCall<EvaluateRequest, EvaluateResponse> call, ScoringServer server, FakeTimeProvider time)
    {
        while (!call.ResponseAsync.IsCompleted)
        {
            await using var others = new SecureCalls(server.Address);
            await others.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd);
            time.Advance(TimeSpan.FromSeconds(20));
        }

        return await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
    }

    private static async Task EvaluateAsync(SecureCalls calls)
    {
        using var call = calls.Generated.Evaluate(cancellationToken: TestEnd);
        await FinishAsync(call);
    }

    private static async Task FinishAsync(AsyncClientStreamingCall<EvaluateRequest, EvaluateResponse> call)
    {
        await call.RequestStream.WriteAsync(Message, TestEnd);
        await call.RequestStream.CompleteAsync();
        Assert.Equal(1ul, (await call.ResponseAsync).Rows);
    }

    private static async Task IsRefusedAsync(SecureCalls calls, string said)
    {
        using var call = calls.Generated.Evaluate(cancellationToken: TestEnd);
        var refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal((StatusCode.ResourceExhausted, said), (refused.StatusCode, refused.Status.Detail));
    }
}
