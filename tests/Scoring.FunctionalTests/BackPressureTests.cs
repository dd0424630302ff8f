using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests;

public sealed class BackPressureTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_never_reads_is_held_back_costs_little_and_loses_nothing()
    {
        const int Offered = 1000;
        await using var server = await ScoringServer.StartAsync();
        using var raw = new RawCalls(server);
        using var call = raw.Stream();
        var message = RawCalls.Message(1000, new float[128 * 1000]);

        // A thousand messages are 512 MB. What the transport takes before it holds the sender is a small part of that.
        var sent = 0;
        Task? blocked = null;
        while (sent < Offered && blocked is null)
        {
            var write = call.RequestStream.WriteAsync(message, TestEnd);
            sent++;
            try
            {
                await write.WaitAsync(TimeSpan.FromSeconds(2), TestEnd);
            }
            catch (TimeoutException)
            {
                blocked = write;
            }
        }

        Assert.NotNull(blocked);
        Assert.InRange(sent, 1, 100);
        // What was written is the transport's; the stream itself holds the one message that it may have read meanwhile.
        Assert.InRange(server.Pool.Buffers.RentedBytes, 0, 512_000 * 5 / 4);

        // The sender is only held back: as soon as it reads, everything comes.
        var finishing = FinishSendingAsync();
        var answers = 0;
        while (await call.ResponseStream.MoveNext(TestEnd))
        {
            answers++;
        }

        await finishing;
        Assert.Equal(sent, answers);

        async Task FinishSendingAsync()
        {
            await blocked;
            await call.RequestStream.CompleteAsync();
        }
    }

    [Fact]
    public async Task A_client_that_never_reads_does_not_keep_the_service_from_stopping()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Drain:TimeoutMs=1000");
        using var raw = new RawCalls(server);
        using var call = raw.Stream();
        var message = RawCalls.Message(1000, new float[128 * 1000]);
        var write = Task.CompletedTask;
        while (write.IsCompleted)
        {
            write = call.RequestStream.WriteAsync(message, TestEnd);
            await Task.WhenAny(write, Task.Delay(TimeSpan.FromSeconds(1), TestEnd));
        }

        await server.StopAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => write);
    }

    [Fact]
    public async Task A_slow_reader_gets_every_answer_in_order()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect(new ScoringClientOptions { MaxInFlightMessages = 8 });
        var requests = Source.Rows(60, 20, 1000).ToArray();
        var next = 0;
        await foreach (var result in client.ScoreStreamAsync(Source.Of(requests), TestEnd))
        {
            using (result)
            {
                // The other side of the service works on while this reader is busy elsewhere.
                using var other = await client.ScoreAsync(requests[(next * 7) % 60], TestEnd);
                Assert.Equal((ulong)(next + 1), result.Id);
                Reference.AssertClose(Reference.SoftmaxOf(requests[next].Logits.Span[..1000]), result.ScoresOf(0));
                next++;
            }
        }

        Assert.Equal(60, next);
    }
}
