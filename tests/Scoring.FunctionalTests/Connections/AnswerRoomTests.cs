using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Scoring.FunctionalTests.Abuse;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Memory;
using Scoring.Service.Streaming;
using Scoring.V1;

namespace Scoring.FunctionalTests.Connections;

/// <summary>Room for what is made of a message, which is taken before it is made.</summary>
public sealed class AnswerRoomTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_unary_call_whose_answer_finds_no_room_is_told_when_to_come_back()
    {
        await using var server = await ScoringServer.StartAsync();
        using var calls = new RawCalls(server);
        var memory = server.Services.GetRequiredService<ServerMemory>();
        var request = new V1.ScoreRequest { Classes = 1_500_000 };
        request.Logits.AddRange(new float[1_500_000]);
        Assert.True(memory.Answers.TryReserve(memory.Answers.Limit - 1_000_000));
        var refused = await Assert.ThrowsAsync<RpcException>(() => calls.Generated.ScoreAsync(request, cancellationToken: TestEnd).ResponseAsync);
        Assert.Equal((StatusCode.ResourceExhausted, $"the answers in flight take {memory.Answers.Bytes} bytes; the limit is {memory.Answers.Limit}"),
            (refused.StatusCode, refused.Status.Detail));
        await Aftermath.AssertServedAsync(server);
        memory.Answers.Release(memory.Answers.Limit - 1_000_000);
        Assert.Equal(1_500_000, (await calls.Generated.ScoreAsync(request, cancellationToken: TestEnd)).Scores.Count);
        await Eventually.IsAsync(() => memory.Answers.Bytes == 0);
    }

    [Theory]
    [InlineData(DataType.Fp32, Output.TopK, 0)]
    [InlineData(DataType.Fp16, Output.TopK, 4)]
    [InlineData(DataType.Bf16, Output.TopK, 4)]
    [InlineData(DataType.Fp64, Output.TopK, 4)]
    [InlineData(DataType.Fp32, Output.Decisions, 5)]
    public async Task A_message_needs_room_for_all_that_is_made_of_it(DataType type, Output output, int bytesOfLogit)
    {
        const int Logits = 500_000;
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:ServerBytes=33554432");
        using var calls = new RawCalls(server);
        var memory = server.Services.GetRequiredService<ServerMemory>();
        var request = new V1.ScoreRequest { Classes = Logits, Outputs = { output }, DataType = type };
        request.Data = ByteString.CopyFrom(new byte[Logits * LogitData.ElementBytes(type)!.Value]);
        var needed = (bytesOfLogit * Logits) + 2000;
        Assert.True(memory.Answers.TryReserve(memory.Answers.Limit - needed));
        await calls.Generated.ScoreAsync(request, cancellationToken: TestEnd);
        await Eventually.IsAsync(() => memory.Answers.Bytes == memory.Answers.Limit - needed);

        if (bytesOfLogit > 0)
        {
            Assert.True(memory.Answers.TryReserve(4000));
            var refused = await Assert.ThrowsAsync<RpcException>(() => calls.Generated.ScoreAsync(request, cancellationToken: TestEnd).ResponseAsync);
            Assert.Contains("the answers in flight take", refused.Status.Detail, StringComparison.Ordinal);
        }
    }
}
