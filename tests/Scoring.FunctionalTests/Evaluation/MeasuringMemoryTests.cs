using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Memory;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests.Evaluation;

/// <summary>What Evaluate and Calibrate hold while they measure, and whom it is counted against.</summary>
public sealed class MeasuringMemoryTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_to_be_measured_waits_for_room_for_what_is_made_of_it()
    {
        const int Rows = 50_000;
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:ServerBytes=33554432");
        using var calls = new RawCalls(server);
        var memory = server.Services.GetRequiredService<ServerMemory>();
        var taken = memory.Answers.Limit - 1_000_000;
        Assert.True(memory.Answers.TryReserve(taken));
        using var evaluation = calls.Generated.Evaluate(cancellationToken: TestEnd);
        await evaluation.RequestStream.WriteAsync(
            new EvaluateRequest
            {
                Head = "softmax",
                Classes = 10,
                DataType = DataType.Fp16,
                Data = ByteString.CopyFrom(new byte[2 * 10 * Rows]),
                Targets = { new uint[Rows] },
            }, TestEnd);
        await evaluation.RequestStream.CompleteAsync();
        await Eventually.IsAsync(() => memory.Answers.IsWaitedFor);
        memory.Answers.Release(taken);
        Assert.Equal((uint)Rows, (await evaluation).Rows);
        await Eventually.IsAsync(() => memory.Answers.Bytes == 0);
    }

    [Fact]
    public async Task Where_measuring_takes_too_much_the_connection_is_cut_that_measures()
    {
        await using var server = await ScoringServer.StartAsync(
            "--Scoring:Limits:BufferBytes=20971520", "--Scoring:Limits:ServerBytes=2097152", "--Scoring:Limits:MessageBytes=65536",
            "--Scoring:Limits:StreamWindowBytes=65535");
        server.ExpectedLog = "A connection is cut";
        await using var other = ScoringClient.Connect(server.Address);
        using var before = await other.ScoreAsync(new ScoreRequest { Classes = 2, Logits = new float[] { 3, 3 } }, TestEnd);
        await using var calls = new SecureCalls(server.Address);
        var evaluations = Enumerable.Range(0, 3).Select(_ => calls.Generated.Evaluate(cancellationToken: TestEnd)).ToArray();
        foreach (var evaluation in evaluations)
        {
            // 8 MB for the confusion matrix of each.
            await evaluation.RequestStream.WriteAsync(Evaluations.Message("softmax", 1000, new float[1000], 1), TestEnd);
        }

        await Assert.ThrowsAsync<RpcException>(() => evaluations[0].ResponseAsync);
        using var after = await other.ScoreAsync(new ScoreRequest { Classes = 2, Logits = new float[] { 3, 3 } }, TestEnd);
        Assert.Equal([0.5f, 0.5f], after.ScoresOf(0).ToArray());
        await Eventually.IsAsync(() => server.Services.GetRequiredService<HeldMemory>().Bytes < 8 << 20);
    }

    [Theory]
    [InlineData("Evaluate", "softmax", 1, 8_000_000)]
    [InlineData("Evaluate", "sigmoid", 1, 0)]
    [InlineData("Evaluate", "sigmoid", 1200, 16_000_000)]
    [InlineData("Calibrate", "sigmoid", 500, 5_000_000)]
    public async Task What_a_call_measures_with_counts_as_far_as_it_is_held(string rpc, string head, int rows, int least)
    {
        await using var server = await ScoringServer.StartAsync();
        var held = server.Services.GetRequiredService<HeldMemory>();
        await using var calls = new SecureCalls(server.Address);
        using var call = rpc == "Evaluate" ? calls.Generated.Evaluate(cancellationToken: TestEnd) : null;
        using var calibration = rpc == "Calibrate" ? calls.Generated.Calibrate(cancellationToken: TestEnd) : null;
        var requests = (call?.RequestStream ?? calibration?.RequestStream)!;
        await requests.WriteAsync(Evaluations.Message(head, 1000, new float[1000 * rows], head == "softmax" ? [1] : new uint[1000 * rows]), TestEnd);
        // A confusion matrix; as many bins as there may be; the scores for curves, and the rows.
        await Eventually.IsAsync(() => held.Bytes > least);
        Assert.InRange(held.Bytes, least, least + (20 << 20));
        await requests.CompleteAsync();
        await (call?.ResponseAsync ?? (Task)calibration!.ResponseAsync);
        await Eventually.IsAsync(() => held.Bytes < 1 << 20);
    }
}
