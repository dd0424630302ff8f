using System.Buffers;
using Google.Protobuf;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Protocol;
using Scoring.Service.Security;
using Scoring.Service.Streaming;
using Scoring.V1;

namespace Scoring.FunctionalTests.Heads;

public sealed class HeadAllocationTests
{
    private const int Messages = 1000;

    [Theory]
    [InlineData("pets", true)]
    [InlineData("actions", true)]
    [InlineData("biased", false)]
    [InlineData("softmax", false)]
    [InlineData("pets", true, true)]
    public async Task A_message_of_any_head_and_caller_is_read_scored_and_answered_without_allocating(
        string head, bool hasLabels, bool isLimited = false)
    {
        var caller = isLimited
            ? new Caller("key/trainer", name => NamePattern.Matches("p*", name), () => new CallerLimit(
                new TokenBucket(1e6, 3600, TimeProvider.System), new TokenBucket(1e6, 3600, TimeProvider.System), isShared: false))
            : Caller.Anyone;
        await using var server = await ScoringServer.StartAsync(
            [.. BadHeadRequests.Heads, .. HeadScores.WithBias(
                "biased", "sigmoid", 1, 2, 3, 4, 5), "--Scoring:Heads:actions:bias:4=0.5", .. Bias("actions", 4)]);
        var request = new ScoreRequest { Id = 1, Head = head, Classes = head == "pets" ? 2u : 5u, TopK = 2 };
        request.Logits.AddRange(Reference.Logits(20, seed: 1));
        request.Outputs.AddRange([Output.Scores, Output.TopK, Output.Decisions, Output.LogSumExp]);
        if (hasLabels)
        {
            request.Outputs.AddRange([Output.Labels, Output.Loss, Output.Entropy]);
            request.TargetLabels.AddRange(
                head == "pets" ? Enumerable.Repeat("cat", 10) : Enumerable.Repeat(new[] { "go", "up" }, 4).SelectMany(labels => labels));
        }

        var bytes = new ReadOnlySequence<byte>(request.ToByteArray());
        var output = new ArrayBufferWriter<byte>(4096);
        Assert.Equal(0, Allocations.Least(() => Score(Messages, server, caller, bytes, output)));
    }

    private static void Score(int messages, ScoringServer server, Caller caller, ReadOnlySequence<byte> bytes, ArrayBufferWriter<byte> output)
    {
        for (var i = 0; i < messages; i++)
        {
            output.ResetWrittenCount();
            using var request = server.Pool.RentRequest();
            using var response = server.Pool.RentResponse();
            ScoreRequestCodec.Read(bytes, request);
            Assert.Null(caller.Limit?.TakeMessage());
            Assert.Null(server.Planner.Plan(request, ScoreMessageCodec.Instance, caller, out var plan));
            Assert.Null(caller.Limit?.TakeRows(plan.Rows));
            MessageScorer.Score(request, plan, response);
            ScoreResponseCodec.Write(response, output);
        }
    }

    private static IEnumerable<string> Bias(string head, int count) => Enumerable.Range(0, count).Select(i => $"--Scoring:Heads:{head}:bias:{i}=0.5");
}
