using System.Buffers;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.Service.Evaluation;
using Scoring.Service.Heads;
using Scoring.Service.Memory;
using Scoring.Service.Security;
using Scoring.Service.Streaming;
using Scoring.V1;
using Activation = Scoring.Heads.Activation;

namespace Scoring.FunctionalTests.Evaluation;

public sealed class EvaluationLifecycleTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refusal_ends_a_source_that_has_no_more_to_give_for_now()
    {
        await using var server = await ScoringServer.StartAsync();
        var source = new Source(Message(targets: 9));
        var refused = await Assert.ThrowsAsync<ScoringException>(() => server.Connect().EvaluateAsync(source.ThenSilence(), TestEnd));
        Assert.Equal(StatusCode.InvalidArgument, refused.Error.Code);
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public async Task A_refusal_of_one_of_many_large_messages_is_told_and_not_the_write_that_failed()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        var large = Evaluations.Message("softmax", 1000, new float[1_000_000], new uint[1000]);
        var bad = Evaluations.Message("softmax", 1000, new float[1000], 1000);
        for (var i = 0; i < 5; i++)
        {
            var refused = await Assert.ThrowsAsync<ScoringException>(
                () => client.EvaluateAsync(Evaluations.Of(large, bad, large, large, large, large, large, large), TestEnd));
            Assert.Equal("message 1: row 0: the target is class 1000; the classes are 0 to 999 (row 1000 of the stream)", refused.Error.Message);
        }
    }

    [Fact]
    public async Task A_message_over_the_size_limit_ends_the_call()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:MessageBytes=10000");
        var refused = await Assert.ThrowsAsync<ScoringException>(
            () => server.Connect().EvaluateAsync(Evaluations.Of(Evaluations.Message("softmax", 1000, new float[10_000], new uint[10])), TestEnd));
        Assert.Equal(StatusCode.ResourceExhausted, refused.Error.Code);
    }

    [Fact]
    public async Task What_the_source_throws_reaches_the_caller()
    {
        await using var server = await ScoringServer.StartAsync();
        var source = new Source(Message(targets: 0));
        var thrown = await Assert.ThrowsAsync<RpcException>(
            () => server.Connect().EvaluateAsync(source.ThenThrow(new RpcException(Status.DefaultCancelled)), TestEnd));
        Assert.Equal(Status.DefaultCancelled, thrown.Status);
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public async Task Cancelling_ends_the_call_and_its_place_is_free_again()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Evaluation:Calls=1");
        var client = server.Connect();
        for (var i = 0; i < 3; i++)
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
            var source = new Source(Message(targets: 0));
            var call = client.CalibrateAsync(source.ThenSilence(), cancel.Token);
            await source.Sent;
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
            Assert.True(source.IsDisposed);
            Assert.Equal(1UL, (await EvaluateWhenThereIsRoomAsync(client)).Rows);
        }
    }

    [Fact]
    public async Task One_call_too_many_is_refused_and_told_to_come_back()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Evaluation:Calls=1");
        var client = server.Connect();
        var calls = server.Services.GetRequiredService<EvaluationCalls>();
        calls.Enter("somebody");
        var refused = await Assert.ThrowsAsync<ScoringException>(() => client.EvaluateAsync(Evaluations.Of(Message(targets: 0)), TestEnd));
        Assert.Equal(StatusCode.ResourceExhausted, refused.Error.Code);
        Assert.Equal("1 Evaluate and Calibrate calls are under way, which is the limit Scoring:Evaluation:Calls", refused.Error.Message);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Error.RetryAfter);
        calls.Leave("somebody");
        Assert.Equal(1UL, (await client.EvaluateAsync(Evaluations.Of(Message(targets: 0)), TestEnd)).Rows);
    }

    [Fact]
    public async Task A_fit_waits_for_its_turn_and_leaves_all_other_calls_alone()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        var work = server.Services.GetRequiredService<LongWork>();
        Assert.False(await work.RunAsync(() => Thread.CurrentThread.IsThreadPoolThread, "somebody", TestEnd));

        using var release = new ManualResetEventSlim();
        var occupied = Enumerable.Range(0, Math.Max(1, Environment.ProcessorCount - 1)).Select(_ => work.RunAsync(
            () =>
            {
                release.Wait(TestEnd);
                return true;
            },
            "somebody",
            TestEnd)).ToArray();
        var fit = client.CalibrateAsync(Evaluations.Of(Message(targets: 0)), TestEnd);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
        var given = client.CalibrateAsync(Evaluations.Of(Message(targets: 0)), cancel.Token);
        using var score = await client.ScoreAsync(new global::Scoring.Client.ScoreRequest { Classes = 2, Logits = new float[] { 1, 2 } }, TestEnd);
        // What is measured with little needs no turn.
        Assert.Equal(1UL, (await client.EvaluateAsync(Evaluations.Of(Message(targets: 0)), TestEnd)).Rows);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(fit.IsCompleted);
        release.Set();
        Assert.Equal(1UL, (await fit).After.Rows);
        await Task.WhenAll(occupied);
    }

    [Fact]
    public async Task Rows_past_the_limit_of_calibration_end_the_call_that_brought_them()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Evaluation:CalibrationBytes=1048576");
        var client = server.Connect();
        // A block of 65,536 logits takes 256 KiB, and its 65 targets a little more: three fit, and not four.
        var rows = Evaluations.Message("softmax", 1000, new float[195_000], new uint[195]);
        Assert.Equal(195UL, (await client.CalibrateAsync(Evaluations.Of(rows), TestEnd)).After.Rows);
        var refused = await Assert.ThrowsAsync<ScoringException>(() => client.CalibrateAsync(Evaluations.Of(rows, rows), TestEnd));
        Assert.Equal(StatusCode.ResourceExhausted, refused.Error.Code);
        Assert.Equal(
            "the rows to calibrate with take more than 1041040 bytes, and those of other calls 0; the limit Scoring:Evaluation:CalibrationBytes is "
            + "1048576",
            refused.Error.Message);
        Assert.Null(refused.Error.RetryAfter);

        // Another call's rows count as well, and may be gone later.
        var memory = server.Services.GetRequiredService<CalibrationMemory>();
        memory.Reserve("somebody", 900_000, own: 0);
        refused = await Assert.ThrowsAsync<ScoringException>(() => client.CalibrateAsync(Evaluations.Of(rows), TestEnd));
        Assert.Contains("take more than 0 bytes, and those of other calls 900000;", refused.Error.Message, StringComparison.Ordinal);
        Assert.NotNull(refused.Error.RetryAfter);
        memory.Release("somebody", 900_000);
        Assert.Equal(0, memory.Held);
    }

    [Fact]
    public async Task A_service_that_stops_ends_the_stream_and_says_so()
    {
        await using var server = await ScoringServer.StartAsync();
        var source = new Source(Message(targets: 0));
        var client = server.Connect();
        var call = client.EvaluateAsync(source.ThenSilence(), TestEnd);
        await source.Sent;
        // A later call over the same connection is answered, so the server has the stream.
        await client.ListHeadsAsync(TestEnd);
        var stopping = server.StopAsync();
        var refused = await Assert.ThrowsAsync<ScoringException>(() => call);
        Assert.Equal(StatusCode.Unavailable, refused.Error.Code);
        Assert.Equal("the service is shutting down; send the whole stream again", refused.Error.Message);
        await stopping;
    }

    [Fact]
    public async Task The_head_stays_as_it_was_at_the_first_message()
    {
        await using var server = await ScoringServer.StartAsync();
        var heads = server.Services.GetRequiredService<HeadRegistry>();
        heads.Swap(new HeadSnapshot(
            [new HeadDefinition { Name = "mine", Activation = Activation.Softmax, Classes = 2, Labels = new(["no", "yes"]) }], revision: 2));
        var reader = new Reader(server.Pool, 2, at =>
        {
            if (at == 1)
            {
                heads.Swap(new HeadSnapshot([], revision: 3));
            }

            return new EvaluateRequest { Head = "mine", Logits = { 0, 1 }, TargetLabels = { "yes" } };
        });
        using var memory = new CallMemory(server.Services.GetRequiredService<ServerMemory>(), new ConnectionMemory(limit: 1 << 20), waits: true);
        await using var watch = server.Services.GetRequiredService<StreamWatches>().Create(new DefaultHttpContext(), memory, isStream: true);
        using var idle = ActivatorUtilities.CreateInstance<EvaluationIdle>(server.Services);
        var stream = ActivatorUtilities.CreateInstance<EvaluationStream>(server.Services, reader, Caller.Anyone, memory, watch, idle);
        var plan = await stream.ReadAllAsync((_, _) => null, TestEnd);
        Assert.Equal(2UL, plan.Head.Revision);
        Assert.Equal(2, reader.Read);
    }

    private static EvaluateRequest Message(uint targets) => Evaluations.Message("softmax", 2, [1, 2], targets);

    /// <summary>The server learns of a cancelled call in its own time.</summary>
    private static async Task<EvaluateResponse> EvaluateWhenThereIsRoomAsync(ScoringClient client)
    {
        while (true)
        {
            try
            {
                return await client.EvaluateAsync(Evaluations.Of(Message(targets: 0)), TestEnd);
            }
            catch (ScoringException exception) when (exception.Error.Code == StatusCode.ResourceExhausted)
            {
                TestEnd.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>One message, and then what a test needs.</summary>
    private sealed class Source(EvaluateRequest message)
    {
        private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when the message has been sent and the next one is asked for.</summary>
        public Task Sent => _sent.Task;

        public bool IsDisposed { get; private set; }

        public IAsyncEnumerable<EvaluateRequest> ThenSilence() =>
            Run(static cancellationToken => Task.Delay(Timeout.Infinite, cancellationToken), CancellationToken.None);

        public IAsyncEnumerable<EvaluateRequest> ThenThrow(Exception exception) => Run(_ => Task.FromException(exception), CancellationToken.None);

        private async IAsyncEnumerable<EvaluateRequest> Run(
            Func<CancellationToken, Task> then, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            try
            {
                yield return message;
                _sent.TrySetResult();
                await then(cancellationToken);
            }
            finally
            {
                IsDisposed = true;
            }
        }
    }

    private sealed class Reader(MessagePool pool, int count, Func<int, EvaluateRequest> message) : IAsyncStreamReader<PooledScoreRequest>
    {
        public int Read { get; private set; }

        public PooledScoreRequest Current { get; private set; } = null!;

        public Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (Read == count)
            {
                return Task.FromResult(false);
            }

            Current = pool.RentRequest();
            EvaluateRequestCodec.Read(new ReadOnlySequence<byte>(message(Read++).ToByteArray()), Current);
            return Task.FromResult(true);
        }
    }
}
