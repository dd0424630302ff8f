using Scoring.Client.Tests.Cases;
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

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<string> Faults => [.. FaultyMessages.Keys];

    private static Dictionary<string, ScoreRequest?> FaultyMessages => new()
    {
        ["{0} is null"] = null,
        ["{0} has Classes -1 and TopK 0; neither may be negative"] = new() { Classes = -1, Logits = new float[3] },
        ["{0} has Classes 3 and TopK -2; neither may be negative"] = new() { Classes = 3, TopK = -2, Logits = new float[3] },
        ["TargetLabels[1] of {0} is null"] = new() { Classes = 3, Logits = new float[3], TargetLabels = ["a", null!] },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_no_message_can_be_is_refused_by_a_call_and_ends_a_stream_after_the_answers_before_it(string fault)
    {
        await using var server = new ScriptedServer(ClientCase.Of(
            """{ "calls": [[{ "do": "only", "count": 2 }, { "do": "serve" }]] }"""));
        await using var client = ScoringClient.Connect(server.Address);
        var faulty = FaultyMessages[fault]!;
        var refused = await Assert.ThrowsAnyAsync<ArgumentException>(() => client.ScoreAsync(faulty, TestEnd));
        Assert.StartsWith(Told("the message"), refused.Message, StringComparison.Ordinal);
        Assert.Equal("request", refused.ParamName);

        var answered = 0;
        var row = new ScoreRequest { Classes = 3, Logits = new float[3] };
        refused = await Assert.ThrowsAnyAsync<ArgumentException>(async () =>
        {
            await foreach (var result in client.ScoreStreamAsync(new[] { row, row, faulty, row }.ToAsyncEnumerable(), TestEnd))
            {
                result.Dispose();
                answered++;
            }
        });
        Assert.StartsWith(Told("message 3"), refused.Message, StringComparison.Ordinal);
        Assert.Equal("requests", refused.ParamName);
        Assert.Equal(2, answered);

        string Told(string what) => fault.Replace("{0}", what, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_message_cannot_be_without_is_refused_where_it_is_made()
    {
        Assert.Throws<ArgumentNullException>("Head", () => new ScoreRequest { Head = null! });
        Assert.Throws<ArgumentNullException>("Traceparent", () => new ScoreRequest { Traceparent = null! });
        Assert.Throws<ArgumentNullException>("TargetLabels", () => new ScoreRequest { TargetLabels = null! });
        await using var client = ScoringClient.Connect("http://localhost");
        await Assert.ThrowsAsync<ArgumentNullException>(
            "head", () => client.ScoreAsync(new float[3], 1, 3, head: null!, TestEnd));
    }

    [Theory]
    [InlineData(2, 3, "2 rows of 3 classes are 6 logits; there are 5")]
    [InlineData(65536, 65536, "65536 rows of 65536 classes are 4294967296 logits; there are 5")]
    public async Task A_shape_that_is_not_that_of_the_memory_is_refused_before_it_is_sent(int rows, int classes, string message)
    {
        await using var client = ScoringClient.Connect("http://localhost");
        var refused = await Assert.ThrowsAsync<ArgumentException>(
            () => client.ScoreAsync(new float[5], rows, classes, cancellationToken: TestEnd));
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }
}
