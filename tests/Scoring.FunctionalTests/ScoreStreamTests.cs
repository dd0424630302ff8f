using System.Threading.Channels;
using CsCheck;
using Grpc.Core;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests;

public sealed class ScoreStreamTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_message_has_its_own_answer_in_the_order_of_the_requests()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        var random = new Random(7);
        var requests = Enumerable.Range(0, 2000).Select(i =>
        {
            var (rows, classes) = (random.Next(0, 20), random.Next(1, 50));
            return new ScoreRequest { Id = (ulong)(i * 3), Classes = classes, Logits = Reference.Logits(rows * classes, i) };
        }).ToArray();

        var next = 0;
        await foreach (var result in client.ScoreStreamAsync(Source.Of(requests), TestEnd))
        {
            using (result)
            {
                var request = requests[next++];
                Assert.Equal(request.Id, result.Id);
                Assert.Equal(request.Classes, result.Classes);
                Assert.Equal(request.Logits.Length, result.Rows * result.Classes);
                for (var row = 0; row < result.Rows; row++)
                {
                    Reference.AssertClose(
                        Reference.SoftmaxOf(request.Logits.Span.Slice(row * request.Classes, request.Classes)), result.ScoresOf(row));
                }
            }
        }

        Assert.Equal(requests.Length, next);
    }

    public static TheoryData<ScoreRequest, StatusCode, string, int?, int?> BadMessages => new()
    {
        { new ScoreRequest { Head = "nope", Classes = 3, Logits = new float[3] }, StatusCode.NotFound, "head 'nope'", null, null },
        { new ScoreRequest { Classes = 3, Logits = new float[7] }, StatusCode.InvalidArgument,
            "7 logits do not divide into rows of 3 classes: row 2 has only 1", null, null },
        { new ScoreRequest { Classes = 3, Logits = new[] { 1, 2, 3, 4, float.NaN, 6 } }, StatusCode.InvalidArgument,
            "row 1, column 1: the logit is NaN", 1, 1 },
    };

    [Theory]
    [MemberData(nameof(BadMessages), DisableDiscoveryEnumeration = true)]
    public async Task A_bad_third_message_of_five_is_answered_with_an_error_and_the_stream_goes_on(
        ScoreRequest bad, StatusCode code, string message, int? row, int? column)
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        var requests = Channel.CreateUnbounded<ScoreRequest>();
        ScoreRequest[] five = [.. Source.Rows(2, 2, 3), bad, .. Source.Rows(2, 2, 3)];
        foreach (var request in five)
        {
            Assert.True(requests.Writer.TryWrite(request));
        }

        await using var results = client.ScoreStreamAsync(requests.Reader.ReadAllAsync(TestEnd), TestEnd).GetAsyncEnumerator(TestEnd);
        for (var id = 1UL; id <= 5; id++)
        {
            Assert.True(await results.MoveNextAsync());
            using var result = results.Current;
            Assert.Equal(id, result.Id);
            if (id != 3)
            {
                Assert.Null(result.Error);
                Assert.Equal(2, result.Rows);
                continue;
            }

            Assert.NotNull(result.Error);
            Assert.Equal(code, result.Error.Code);
            Assert.Contains(message, result.Error.Message, StringComparison.Ordinal);
            Assert.Equal(row, result.Error.Row);
            Assert.Equal(column, result.Error.Column);
            Assert.Throws<ScoringException>(() => result.Rows);
        }

        // The stream goes on.
        Assert.True(requests.Writer.TryWrite(new ScoreRequest { Classes = 2, Logits = new float[] { 0, 0 } }));
        Assert.True(await results.MoveNextAsync());
        using var sixth = results.Current;
        Assert.Equal([0.5f, 0.5f], sixth.Scores.ToArray());
        requests.Writer.Complete();
        Assert.False(await results.MoveNextAsync());
    }

    [Fact]
    public async Task A_client_that_has_sent_all_still_gets_every_answer()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect(new ScoringClientOptions { MaxInFlightMessages = 500 });
        var answers = 0;
        await foreach (var result in client.ScoreStreamAsync(Source.Of([.. Source.Rows(500, 3, 10)]), TestEnd))
        {
            result.Dispose();
            answers++;
        }

        Assert.Equal(500, answers);
    }

    [Fact]
    public async Task An_empty_stream_has_no_answers()
    {
        await using var server = await ScoringServer.StartAsync();
        await foreach (var result in server.Connect().ScoreStreamAsync(Source.Of(), TestEnd))
        {
            Assert.Fail($"an answer to nothing: {result.Id}");
        }
    }

    [Fact]
    public async Task A_cancelled_stream_ends_at_once_and_leaves_nothing_behind()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
        var answers = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var result in client.ScoreStreamAsync(Source.ThenSilence(Source.Rows(100, 5, 100)), cancel.Token))
            {
                result.Dispose();
                if (++answers == 100)
                {
                    await cancel.CancelAsync();
                }
            }
        });
        Assert.Equal(100, answers);
    }

    [Fact]
    public async Task Streams_that_are_cancelled_at_any_moment_leave_nothing_behind()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        for (var stopAfter = 0; stopAfter < 60; stopAfter++)
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
            var answers = 0;
            try
            {
                await foreach (var result in client.ScoreStreamAsync(Source.ThenSilence(Source.Rows(200, 20, 100)), cancel.Token))
                {
                    result.Dispose();
                    if (answers++ == stopAfter)
                    {
                        await cancel.CancelAsync();
                    }
                }
            }
            catch (OperationCanceledException)
            {
                Assert.True(cancel.IsCancellationRequested);
            }
        }
    }

    [Fact]
    public async Task A_caller_that_leaves_the_loop_early_leaves_nothing_behind()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        await foreach (var result in client.ScoreStreamAsync(Source.ThenSilence(Source.Rows(100, 5, 100)), TestEnd))
        {
            result.Dispose();
            break;
        }
    }

    [Fact]
    public async Task What_the_callers_source_throws_reaches_the_caller()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        var thrown = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var result in client.ScoreStreamAsync(Failing(), TestEnd))
            {
                result.Dispose();
            }
        });
        Assert.Equal("the disk is gone", thrown.Message);

        static async IAsyncEnumerable<ScoreRequest> Failing()
        {
            await Task.Yield();
            yield return new ScoreRequest { Classes = 1, Logits = new float[1] };
            throw new InvalidDataException("the disk is gone");
        }
    }

    [Fact]
    public async Task The_window_bounds_what_is_in_flight()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect(new ScoringClientOptions { MaxInFlightMessages = 4 });
        var asked = 0;
        var answered = 0;
        await foreach (var result in client.ScoreStreamAsync(Counted(), TestEnd))
        {
            result.Dispose();
            answered++;
            // Four are in flight; the source is asked for one more to have it at hand.
            Assert.InRange(Volatile.Read(ref asked), answered, answered + 5);
        }

        Assert.Equal(200, answered);

        async IAsyncEnumerable<ScoreRequest> Counted()
        {
            foreach (var request in Source.Rows(200, 1, 10))
            {
                Interlocked.Increment(ref asked);
                yield return request;
            }

            await Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_message_larger_than_the_windows_bytes_travels_alone()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect(new ScoringClientOptions { MaxInFlightBytes = 1000 });
        var answers = 0;
        await foreach (var result in client.ScoreStreamAsync(Source.Of([.. Source.Rows(5, 10, 1000)]), TestEnd))
        {
            result.Dispose();
            answers++;
        }

        Assert.Equal(5, answers);
    }

    [Fact]
    public async Task Many_streams_over_one_client_do_not_mix()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        await Task.WhenAll(Enumerable.Range(1, 8).Select(async stream =>
        {
            var requests = Enumerable.Range(0, 100)
                .Select(i => new ScoreRequest { Classes = stream, Logits = Reference.Logits(stream, seed: (stream * 1000) + i) }).ToArray();
            var next = 0;
            await foreach (var result in client.ScoreStreamAsync(Source.Of(requests), TestEnd))
            {
                using (result)
                {
                    Reference.AssertClose(Reference.SoftmaxOf(requests[next++].Logits.Span), result.Scores);
                }
            }

            Assert.Equal(100, next);
        }));
    }

    [Fact]
    public async Task The_same_row_has_the_same_bits_alone_and_in_any_batch()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        await Gen.Select(Gen.Int[1, 70], Gen.Int[1, 9], Gen.Int[0, 1000]).SampleAsync(async (classes, rows, seed) =>
        {
            var logits = Reference.Logits(rows * classes, seed);
            using var together = await client.ScoreAsync(new ScoreRequest { Classes = classes, Logits = logits }, TestEnd);
            for (var row = 0; row < rows; row++)
            {
                using var alone = await client.ScoreAsync(
                    new ScoreRequest { Classes = classes, Logits = logits.AsMemory(row * classes, classes) }, TestEnd);
                Assert.Equal(alone.Scores.ToArray(), together.ScoresOf(row).ToArray());
            }
        }, iter: 100);
    }

    [Fact]
    public async Task The_receipt_tells_the_batch_that_a_message_was_scored_in()
    {
        await using var server = await ScoringServer.StartAsync();
        var seen = 0;
        await foreach (var result in server.Connect().ScoreStreamAsync(Source.Of([.. Source.Rows(50, 4, 10)]), TestEnd))
        {
            using (result)
            {
                Assert.Equal(0, result.Receipt.BatchRows % 4);
                Assert.InRange(result.Receipt.BatchRows, 4, 200);
                Assert.Equal(0UL, result.Receipt.HeadRevision);
                seen++;
            }
        }

        Assert.Equal(50, seen);
    }

    [Fact]
    public async Task A_service_that_stops_ends_the_stream_with_unavailable()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect(new ScoringClientOptions { StreamPatience = TimeSpan.Zero });
        var stopping = Task.CompletedTask;
        var broken = await Assert.ThrowsAsync<ScoringException>(async () =>
        {
            await foreach (var result in client.ScoreStreamAsync(Source.ThenSilence(Source.Rows(3, 1, 3)), TestEnd))
            {
                result.Dispose();
                if (result.Id == 3)
                {
                    stopping = server.StopAsync();
                }
            }
        });
        await stopping;
        Assert.Equal(StatusCode.Unavailable, broken.Error.Code);
    }
}
