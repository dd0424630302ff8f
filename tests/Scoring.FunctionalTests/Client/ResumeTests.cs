using System.Diagnostics;
using System.Threading.Channels;
using Grpc.Core;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Client;

public sealed class ResumeTests
{
    private const int Classes = 7;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_message_is_answered_once_and_in_order_however_often_the_connection_is_reset()
    {
        await using var server = await ScoringServer.StartAsync();
        await using var proxy = new CutProxy(() => new Uri(server.Address));
        await using var client = ScoringClient.Connect(proxy.Address);
        var random = new Random(1);
        var nextCut = 10UL;
        await ScoreAsync(client, Source.Rows(3000, 2, Classes), id =>
        {
            if (id == nextCut)
            {
                proxy.Cut();
                nextCut += (ulong)random.Next(1, 200);
            }
        });
        Assert.InRange(proxy.Connections, 15, int.MaxValue);
        Assert.Equal(0, client.Pool.Buffers.OutstandingRents);
    }

    [Fact]
    public async Task A_stream_goes_on_where_it_was_when_the_service_is_replaced()
    {
        var server = await ScoringServer.StartAsync();
        try
        {
            await using var proxy = new CutProxy(() => new Uri(Volatile.Read(ref server).Address));
            await using var client = ScoringClient.Connect(proxy.Address);
            var replacing = Task.CompletedTask;
            await ScoreAsync(client, Source.Rows(3000, 2, Classes), id =>
            {
                if (id % 1000 == 500)
                {
                    replacing = ReplaceAsync(replacing);
                }
            });
            await replacing;
            Assert.Equal(4, proxy.Connections);
        }
        finally
        {
            await server.DisposeAsync();
        }

        async Task ReplaceAsync(Task before)
        {
            await before;
            var old = server;
            Volatile.Write(ref server, await ScoringServer.StartAsync());
            await old.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_connection_that_falls_silent_is_left()
    {
        await using var server = await ScoringServer.StartAsync();
        await using var proxy = new CutProxy(() => new Uri(server.Address));
        var second = TimeSpan.FromSeconds(1);
        await using var client = ScoringClient.Connect(
            proxy.Address, new ScoringClientOptions { KeepAliveDelay = second, KeepAliveTimeout = second });
        await ScoreAsync(client, Source.Rows(300, 2, Classes), id =>
        {
            if (id == 100)
            {
                proxy.Silence();
            }
        });
        Assert.Equal(2, proxy.Connections);
    }

    [Fact]
    public async Task A_call_that_brings_no_answer_is_left_for_another()
    {
        await using var server = await ScoringServer.StartAsync();
        var handler = new HangingHandler();
        await using var injected = new InjectedClient(
            options => (options.Address, options.ProgressTimeout) = (server.Address, TimeSpan.FromSeconds(1)), handler);
        await ScoreAsync(injected.Client, Source.Rows(300, 2, Classes), _ => { });
        Assert.InRange(handler.Calls, 2, int.MaxValue);
    }

    [Fact]
    public async Task Where_nobody_comes_back_the_error_names_what_has_no_answer()
    {
        await using var server = await ScoringServer.StartAsync();
        await using var client = ScoringClient.Connect(
            server.Address, new ScoringClientOptions { StreamPatience = TimeSpan.FromMilliseconds(200), MaxInFlightMessages = 5 });
        var stopped = Channel.CreateUnbounded<bool>();
        var answers = new List<ulong>();
        var drawn = 3;
        var broken = await Assert.ThrowsAsync<ScoringException>(async () =>
        {
            await foreach (var result in client.ScoreStreamAsync(ThenMoreAsync(), TestEnd))
            {
                result.Dispose();
                answers.Add(result.Id);
                if (result.Id == 3)
                {
                    await server.StopAsync();
                    await stopped.Writer.WriteAsync(true, TestEnd);
                }
            }
        });
        Assert.Equal([1, 2, 3], answers);
        Assert.Equal(StatusCode.Unavailable, broken.Error.Code);
        Assert.Equal(Enumerable.Range(4, drawn - 3).Select(id => (ulong)id), broken.Unanswered);
        Assert.EndsWith("no answer", broken.Message, StringComparison.Ordinal);

        async IAsyncEnumerable<ScoreRequest> ThenMoreAsync()
        {
            foreach (var request in Source.Rows(3, 1, Classes))
            {
                yield return request;
            }

            await stopped.Reader.ReadAsync(TestEnd);
            foreach (var request in Source.Rows(20, 1, Classes))
            {
                drawn++;
                yield return request;
            }
        }
    }

    [Fact]
    public async Task A_stream_without_patience_ends_when_it_breaks()
    {
        await using var server = await ScoringServer.StartAsync();
        await using var proxy = new CutProxy(() => new Uri(server.Address));
        await using var client = ScoringClient.Connect(proxy.Address, new ScoringClientOptions { StreamPatience = TimeSpan.Zero });
        var broken = await Assert.ThrowsAsync<ScoringException>(() => ScoreAsync(client, Source.Rows(300, 2, Classes), id =>
        {
            if (id == 100)
            {
                proxy.Cut();
            }
        }));
        Assert.Equal(StatusCode.Unavailable, broken.Error.Code);
        Assert.NotEmpty(broken.Unanswered);
        Assert.Equal(1, proxy.Connections);
    }

    [Fact]
    public async Task A_stream_that_has_nothing_to_send_does_without_the_service_for_as_long_as_that_lasts()
    {
        await using var server = await ScoringServer.StartAsync();
        await using var proxy = new CutProxy(() => new Uri(server.Address));
        // Shorter than what it takes to notice anything.
        await using var client = ScoringClient.Connect(proxy.Address, new ScoringClientOptions { StreamPatience = TimeSpan.FromTicks(1) });
        var requests = Channel.CreateUnbounded<ScoreRequest>();
        await requests.Writer.WriteAsync(Source.Rows(1, 1, Classes).Single(), TestEnd);
        await using var results = client.ScoreStreamAsync(requests.Reader.ReadAllAsync(TestEnd), TestEnd).GetAsyncEnumerator(TestEnd);
        Assert.True(await results.MoveNextAsync());
        results.Current.Dispose();
        var next = results.MoveNextAsync();
        proxy.Cut();
        Assert.False(next.IsCompleted);
        requests.Writer.Complete();
        Assert.False(await next);
    }

    [Fact]
    public async Task A_source_that_throws_while_the_service_is_away_is_heard()
    {
        var options = new ScoringClientOptions { StreamPatience = Timeout.InfiniteTimeSpan };
        await using var client = ScoringClient.Connect("http://127.0.0.1:1", options);
        await Assert.ThrowsAsync<InvalidDataException>(() => client.ScoreStreamAsync(Failing(), TestEnd).CountAsync(TestEnd).AsTask());

        static async IAsyncEnumerable<ScoreRequest> Failing()
        {
            await Task.Yield();
            yield return Source.Rows(1, 1, Classes).Single();
            throw new InvalidDataException("the disk is gone");
        }
    }

    [Fact]
    public async Task A_stream_that_is_cancelled_while_the_service_is_away_ends_at_once()
    {
        var options = new ScoringClientOptions { StreamPatience = Timeout.InfiniteTimeSpan };
        await using var client = ScoringClient.Connect("http://127.0.0.1:1", options);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
        var count = client.ScoreStreamAsync(Source.ThenSilence(Source.Rows(1, 1, Classes)), cancel.Token).CountAsync(TestEnd);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => count.AsTask());
    }

    [Fact]
    public async Task Time_for_the_whole_stream_runs_on_while_the_service_is_away()
    {
        await using var client = ScoringClient.Connect("http://127.0.0.1:1");
        var started = Stopwatch.GetTimestamp();
        var late = await Assert.ThrowsAsync<ScoringException>(() =>
            client.ScoreStreamAsync(
                Source.ThenSilence(Source.Rows(1, 1, Classes)), TimeSpan.FromMilliseconds(300), TestEnd).CountAsync(TestEnd).AsTask());
        Assert.Equal(StatusCode.DeadlineExceeded, late.Error.Code);
        Assert.Equal([1], late.Unanswered);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromMilliseconds(290), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Time_for_the_whole_stream_runs_on_while_there_is_nothing_to_send()
    {
        await using var server = await ScoringServer.StartAsync();
        var late = await Assert.ThrowsAsync<ScoringException>(async () =>
        {
            await foreach (
                var result in server.Connect().ScoreStreamAsync(Source.ThenSilence(Source.Rows(1, 1, Classes)), TimeSpan.FromSeconds(3), TestEnd))
            {
                result.Dispose();
                await server.StopAsync();
            }
        });
        Assert.Equal(StatusCode.DeadlineExceeded, late.Error.Code);
        Assert.Empty(late.Unanswered);
    }

    /// <summary>Scores all, and checks that each has one answer, its own, in order.</summary>
    private static async Task ScoreAsync(ScoringClient client, IEnumerable<ScoreRequest> requests, Action<ulong> onAnswer)
    {
        ScoreRequest[] all = [.. requests];
        var answered = 0;
        await foreach (var result in client.ScoreStreamAsync(Source.Of(all), TestEnd))
        {
            using (result)
            {
                var request = all[answered++];
                Assert.Equal((ulong)answered, result.Id);
                for (var row = 0; row < result.Rows; row++)
                {
                    Reference.AssertClose(Reference.SoftmaxOf(request.Logits.Span.Slice(row * Classes, Classes)), result.ScoresOf(row));
                }

                onAnswer(result.Id);
            }
        }

        Assert.Equal(all.Length, answered);
    }

    /// <summary>Its first call is taken and never answered.</summary>
    private sealed class HangingHandler : DelegatingHandler
    {
        public int Calls { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Calls++ == 0)
            {
                // The messages are taken, or none would count as sent.
                await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
