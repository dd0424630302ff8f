using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Grpc.Core;
using Scoring.Client.Tests.Cases;

namespace Scoring.Client.Tests;

/// <summary>Streams and calls whose source, service or client has come to its end.</summary>
public sealed class EndTests
{
    private static readonly TimeSpan FarTooLong = TimeSpan.FromSeconds(30);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_error_reaches_a_caller_whose_source_waits_for_the_answer()
    {
        await using var server = Serving("""{ "do": "answer" }, { "do": "status", "code": "UNAUTHENTICATED" }""");
        await using var client = ScoringClient.Connect(server.Address);
        var source = new StubbornSource<ScoreRequest>(Row(), Row());
        var failed = await Assert.ThrowsAsync<ScoringException>(
            () => StreamAsync(client, source, Timeout.InfiniteTimeSpan, TestEnd).WaitAsync(FarTooLong, TestEnd));
        Assert.Equal(StatusCode.Unauthenticated, failed.Error.Code);
        await source.AssertEndsAsync();
    }

    [Fact]
    public async Task Time_and_cancellation_end_a_stream_whose_source_takes_no_notice()
    {
        await using var server = Serving("""{ "do": "answer" }, { "do": "hold" }""");
        await using var client = ScoringClient.Connect(server.Address);
        var source = new StubbornSource<ScoreRequest>(Row());
        var late = await Assert.ThrowsAsync<ScoringException>(
            () => StreamAsync(client, source, TimeSpan.FromMilliseconds(200), TestEnd).WaitAsync(FarTooLong, TestEnd));
        Assert.Equal(StatusCode.DeadlineExceeded, late.Error.Code);
        await source.AssertEndsAsync();

        source = new StubbornSource<ScoreRequest>(Row());
        using var cancel = new CancellationTokenSource();
        var streaming = StreamAsync(client, source, Timeout.InfiniteTimeSpan, cancel.Token);
        await source.Waits;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => streaming.WaitAsync(FarTooLong, TestEnd));
        await source.AssertEndsAsync();
    }

    [Fact]
    public async Task A_caller_who_leaves_does_not_wait_for_a_source_that_takes_no_notice()
    {
        await using var server = Serving("""{ "do": "answer" }, { "do": "hold" }""");
        await using var client = ScoringClient.Connect(server.Address);
        var source = new StubbornSource<ScoreRequest>(Row());
        await LeaveAsync().WaitAsync(FarTooLong, TestEnd);
        await source.AssertEndsAsync();

        async Task LeaveAsync()
        {
            await foreach (var result in client.ScoreStreamAsync(source, TestEnd))
            {
                result.Dispose();
                break;
            }
        }
    }

    [Fact]
    public async Task Evaluations_end_though_their_source_takes_no_notice()
    {
        await using var server = Serving("""{ "do": "hold" }""");
        var client = ScoringClient.Connect(server.Address);
        var rows = new V1.EvaluateRequest { Classes = 1, Logits = { 1 }, Targets = { 0 } };
        var source = new StubbornSource<V1.EvaluateRequest>(rows);
        var late = await Assert.ThrowsAsync<ScoringException>(
            () => client.EvaluateAsync(source, TimeSpan.FromMilliseconds(200), TestEnd).WaitAsync(FarTooLong, TestEnd));
        Assert.Equal(StatusCode.DeadlineExceeded, late.Error.Code);
        await source.AssertEndsAsync();

        source = new StubbornSource<V1.EvaluateRequest>(rows);
        using var cancel = new CancellationTokenSource();
        var calibrating = client.CalibrateAsync(source, cancel.Token);
        await source.Waits;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calibrating.WaitAsync(FarTooLong, TestEnd));
        await source.AssertEndsAsync();

        source = new StubbornSource<V1.EvaluateRequest>(rows);
        var evaluating = client.EvaluateAsync(source, TestEnd);
        await source.Waits;
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => evaluating.WaitAsync(FarTooLong, TestEnd));
        await source.AssertEndsAsync();
    }

    [Fact]
    public async Task A_source_that_takes_its_token_has_ended_when_the_stream_has()
    {
        await using var server = Serving("""{ "do": "answer" }, { "do": "hold" }""");
        await using var client = ScoringClient.Connect(server.Address);
        var requests = Channel.CreateUnbounded<ScoreRequest>();
        await requests.Writer.WriteAsync(Row(), TestEnd);
        var hasEnded = false;
        await foreach (var result in client.ScoreStreamAsync(SourceAsync(TestEnd), TestEnd))
        {
            result.Dispose();
            break;
        }

        Assert.True(hasEnded);

        async IAsyncEnumerable<ScoreRequest> SourceAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            try
            {
                await foreach (var request in requests.Reader.ReadAllAsync(cancellationToken))
                {
                    yield return request;
                }
            }
            finally
            {
                await Task.Yield();
                hasEnded = true;
            }
        }
    }

    [Theory]
    [InlineData("""{ "do": "answer" }, { "do": "hold" }""")]
    [InlineData("""{ "do": "answer" }, { "do": "status", "code": "UNAVAILABLE" }""")]
    public async Task A_client_that_is_disposed_ends_streams_whose_source_has_nothing(string steps)
    {
        await using var server = Serving(steps);
        var client = ScoringClient.Connect(server.Address);
        var source = new StubbornSource<ScoreRequest>(Row());
        await using var results = client.ScoreStreamAsync(source, TestEnd).GetAsyncEnumerator(TestEnd);
        Assert.True(await results.MoveNextAsync());
        results.Current.Dispose();
        var next = results.MoveNextAsync().AsTask();
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => next.WaitAsync(FarTooLong, TestEnd));
        await client.DisposeAsync();
        await source.AssertEndsAsync();
    }

    [Fact]
    public async Task A_client_that_is_disposed_ends_calls_and_the_waits_between_them()
    {
        await using var server = Serving("""{ "do": "receive" }, { "do": "status", "code": "RESOURCE_EXHAUSTED", "retry_after_ms": 3600000 }""");
        var client = ScoringClient.Connect(server.Address, new ScoringClientOptions { CallTimeout = Timeout.InfiniteTimeSpan });
        var refused = client.ScoreAsync(Row(), TestEnd);
        // One that is told the same after it, and has no time to wait.
        await Assert.ThrowsAsync<ScoringException>(() => client.ScoreAsync(Row(), FarTooLong, TestEnd));
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => refused.WaitAsync(FarTooLong, TestEnd));
    }

    [Fact]
    public async Task A_wait_that_no_timer_can_measure_is_not_begun()
    {
        await using var server = Serving("""{ "do": "receive" }, { "do": "status", "code": "RESOURCE_EXHAUSTED", "message": "full", "retry_after_ms": 4294967295 }""");
        await using var client = ScoringClient.Connect(server.Address, new ScoringClientOptions { CallTimeout = Timeout.InfiniteTimeSpan });
        var refused = await Assert.ThrowsAsync<ScoringException>(() => client.ScoreAsync(Row(), TestEnd));
        Assert.Equal((StatusCode.ResourceExhausted, TimeSpan.FromMilliseconds(uint.MaxValue)), (refused.Error.Code, refused.Error.RetryAfter));
    }

    private static ScriptedServer Serving(string steps) => new(ClientCase.Of($$"""{ "calls": [[{{steps}}]] }"""));

    private static ScoreRequest Row() => new() { Classes = 3, Logits = new float[3] };

    private static async Task StreamAsync(
        ScoringClient client, IAsyncEnumerable<ScoreRequest> source, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await foreach (var result in client.ScoreStreamAsync(source, timeout, cancellationToken))
        {
            result.Dispose();
        }
    }

    /// <summary>Yields what it has, and then waits for what does not come until the test lets it go, whoever cancels.</summary>
    private sealed class StubbornSource<T>(params T[] items) : IAsyncEnumerable<T>
    {
        private readonly TaskCompletionSource _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Waits => _waits.Task;

        public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            try
            {
                foreach (var item in items)
                {
                    yield return item;
                }

                _waits.SetResult();
                await _end.Task;
            }
            finally
            {
                _disposed.SetResult();
            }
        }

        /// <summary>
        /// It is disposed once it stands still: after its wait or, where the call ended before it came to wait, at the item before. While it moves,
        /// a disposal throws, which its call's caller would see.
        /// </summary>
        public async Task AssertEndsAsync()
        {
            _end.SetResult();
            await _disposed.Task.WaitAsync(FarTooLong, TestEnd);
        }
    }
}
