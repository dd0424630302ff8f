using Grpc.Core;
using Scoring.Client.Tests.Cases;

namespace Scoring.Client.Tests;

/// <summary>Answers that come in part, too often, or to something else.</summary>
public sealed class BrokenAnswerTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{ "do": "end_stream" }""")]
    [InlineData("""{ "do": "status", "code": "OK" }""")]
    [InlineData("""{ "do": "status", "code": "UNAVAILABLE" }""")]
    public async Task What_is_cut_off_in_the_middle_of_an_answer_is_sent_again(string ending)
    {
        await using var server = Serving($$"""[{ "do": "half_answer" }, {{ending}}], [{ "do": "half_answer" }, {{ending}}], [{ "do": "serve" }]""");
        await using var client = ScoringClient.Connect(server.Address);
        using (var result = await client.ScoreAsync(new float[3], 1, 3, cancellationToken: TestEnd))
        {
            Assert.Equal(3, result.Scores.Length);
        }

        await using var again = Serving($$"""[{ "do": "answer" }, { "do": "half_answer" }, {{ending}}], [{ "do": "half_answer" }, {{ending}}], [{ "do": "serve" }]""");
        await using var streaming = ScoringClient.Connect(again.Address);
        Assert.Equal([1, 2, 3], await StreamAsync(streaming));
    }

    [Fact]
    public async Task A_stream_whose_answers_are_all_there_ends_well_where_its_call_does_not_end()
    {
        await using var server = Serving("""[{ "do": "answer", "count": 3 }, { "do": "hold" }]""");
        await using var client = ScoringClient.Connect(server.Address, new ScoringClientOptions { ProgressTimeout = TimeSpan.FromMilliseconds(100) });
        Assert.Equal([1, 2, 3], await StreamAsync(client).WaitAsync(TimeSpan.FromMinutes(1), TestEnd));
    }

    [Theory]
    [InlineData("""{ "do": "misanswer", "id": 1 }""", "An answer came for message 1, and message 2 was the next to be answered.")]
    [InlineData("""{ "do": "misanswer", "rows": 2 }""", "the answer to message 2 does not fit it: 2 × 3 for 3 logits in rows of 3")]
    [InlineData("""{ "do": "misanswer", "scores": 2 }""", "the answer to message 2, 1 × 3, does not fit it: 2 numbers for Scores")]
    public async Task A_stream_ends_at_an_answer_that_is_not_that_of_its_message_and_names_what_has_none(string step, string message)
    {
        await using var server = Serving($$"""[{ "do": "receive", "count": 3 }, { "do": "answer" }, {{step}}, { "do": "hold" }]""");
        await using var client = ScoringClient.Connect(server.Address);
        var broken = await Assert.ThrowsAsync<ScoringException>(() => StreamAsync(client));
        Assert.Equal((StatusCode.Internal, message), (broken.Error.Code, broken.Error.Message));
        Assert.Equal([2, 3], broken.Unanswered);
        Assert.Equal(0, client.Pool.Buffers.OutstandingRents);
    }

    [Fact]
    public async Task A_stream_that_went_on_after_an_error_ends_all_the_same_at_an_answer_that_is_not_that_of_its_message()
    {
        await using var server = Serving("""[{ "do": "receive", "count": 3 }, { "do": "refuse", "code": "INVALID_ARGUMENT" }, { "do": "misanswer", "id": 1 }, { "do": "hold" }], [{ "do": "serve" }]""");
        await using var client = ScoringClient.Connect(server.Address);
        var broken = await Assert.ThrowsAsync<ScoringException>(() => StreamAsync(client));
        Assert.Equal(StatusCode.Internal, broken.Error.Code);
        Assert.Equal([2, 3], broken.Unanswered);
    }

    [Theory]
    [InlineData("""{ "do": "misanswer", "id": 777 }""", "the answer to message 1 is that to message 777")]
    [InlineData("""{ "do": "misanswer", "classes": 4 }""", "the answer to message 1 does not fit it: 1 × 4 for 3 logits in rows of 3")]
    [InlineData("""{ "do": "misanswer", "scores": 4 }""", "the answer to message 1, 1 × 3, does not fit it: 4 numbers for Scores")]
    public async Task A_call_fails_with_an_answer_that_is_not_that_of_its_message(string step, string message)
    {
        await using var server = Serving($$"""[{{step}}, { "do": "status", "code": "OK" }]""");
        await using var client = ScoringClient.Connect(server.Address);
        var broken = await Assert.ThrowsAsync<ScoringException>(() => client.ScoreAsync(new float[3], 1, 3, cancellationToken: TestEnd));
        Assert.Equal((StatusCode.Internal, message), (broken.Error.Code, broken.Error.Message));
        Assert.Equal(0, client.Pool.Buffers.OutstandingRents);
    }

    private static ScriptedServer Serving(string calls) => new(ClientCase.Of($$"""{ "calls": [{{calls}}] }"""));

    /// <summary>The numbers of the answers.</summary>
    private static async Task<List<ulong>> StreamAsync(ScoringClient client)
    {
        var answered = new List<ulong>();
        var requests = Enumerable.Repeat(new ScoreRequest { Classes = 3, Logits = new float[3] }, 3).ToAsyncEnumerable();
        await foreach (var result in client.ScoreStreamAsync(requests, TestEnd))
        {
            answered.Add(result.Id);
            result.Dispose();
        }

        return answered;
    }
}
