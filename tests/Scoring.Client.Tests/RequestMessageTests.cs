using Scoring.Protocol;

namespace Scoring.Client.Tests;

public sealed class RequestMessageTests
{
    [Fact]
    public void A_message_reads_its_callers_memory_where_it_lies()
    {
        var pool = new MessagePool(1 << 20);
        var request = new ScoreRequest { Classes = 3, Logits = new float[] { 1, 2, 3 }, Targets = new uint[] { 2 } };
        using var message = RequestMessage.Rent(pool, request, id: 1, traceparent: string.Empty);
        // Spans are equal where they are the same memory, not where it reads the same.
        Assert.True(message.Logits.Span == request.Logits.Span);
        Assert.True(message.Targets.Span == request.Targets.Span);
        Assert.Equal(0, pool.Buffers.OutstandingRents);
    }

    [Theory]
    [InlineData(2, 3, "2 rows of 3 classes are 6 logits; there are 5")]
    [InlineData(65536, 65536, "65536 rows of 65536 classes are 4294967296 logits; there are 5")]
    public async Task A_shape_that_is_not_that_of_the_memory_is_refused_before_it_is_sent(int rows, int classes, string message)
    {
        await using var client = ScoringClient.Connect("http://localhost");
        var refused = await Assert.ThrowsAsync<ArgumentException>(
            () => client.ScoreAsync(new float[5], rows, classes, cancellationToken: TestContext.Current.CancellationToken));
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }
}
