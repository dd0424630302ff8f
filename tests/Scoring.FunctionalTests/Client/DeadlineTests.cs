using Grpc.Core;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Client;

public sealed class DeadlineTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_that_takes_longer_than_the_options_allow_is_an_error_and_no_cancellation()
    {
        await using var server = await ScoringServer.StartAsync();
        await using var injected = new InjectedClient(
            options => (options.Address, options.CallTimeout) = (server.Address, Short), new SilentHandler());
        var late = await Assert.ThrowsAsync<ScoringException>(() => injected.Client.ScoreAsync(new float[2], 1, 2, cancellationToken: TestEnd));
        Assert.Equal(StatusCode.DeadlineExceeded, late.Error.Code);
        late = await Assert.ThrowsAsync<ScoringException>(() => injected.Client.ListHeadsAsync(TestEnd));
        Assert.Equal(StatusCode.DeadlineExceeded, late.Error.Code);
    }

    [Fact]
    public async Task A_call_may_have_a_time_of_its_own()
    {
        await using var server = await ScoringServer.StartAsync();
        await using var injected = new InjectedClient(options => options.Address = server.Address, new SilentHandler());
        var request = new ScoreRequest { Classes = 2, Logits = new float[2] };
        var late = await Assert.ThrowsAsync<ScoringException>(() => injected.Client.ScoreAsync(request, Short, TestEnd));
        Assert.Equal(StatusCode.DeadlineExceeded, late.Error.Code);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => injected.Client.ScoreAsync(request, TimeSpan.Zero, TestEnd));
    }

    [Fact]
    public async Task A_cancelled_call_throws_what_cancelled_calls_throw()
    {
        await using var server = await ScoringServer.StartAsync();
        await using var injected = new InjectedClient(options => options.Address = server.Address, new SilentHandler());
        using var cancel = new CancellationTokenSource();
        var call = injected.Client.ScoreAsync(new float[2], 1, 2, cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task A_stream_past_its_time_ends_with_an_error_after_the_results_it_has()
    {
        await using var server = await ScoringServer.StartAsync();
        var results = 0;
        var late = await Assert.ThrowsAsync<ScoringException>(async () =>
        {
            // Long enough for three rows on a busy machine; nothing ends this stream but its time.
            await foreach (
                var result in server.Connect().ScoreStreamAsync(Source.ThenSilence(Source.Rows(3, 1, 2)), TimeSpan.FromSeconds(3), TestEnd))
            {
                result.Dispose();
                results++;
            }
        });
        Assert.Equal(StatusCode.DeadlineExceeded, late.Error.Code);
        Assert.Equal(3, results);
    }

    /// <summary>Never answers.</summary>
    private sealed class SilentHandler : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        }
    }
}
