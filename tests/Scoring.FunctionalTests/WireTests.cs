using Grpc.Core;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.V1;

namespace Scoring.FunctionalTests;

public sealed class WireTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_generated_client_is_understood()
    {
        await using var server = await ScoringServer.StartAsync();
        using var raw = new RawCalls(server);
        var request = new ScoreRequest { Id = 7, Classes = 2, Head = "softmax" };
        request.Logits.AddRange([1, 1, 2, 2]);
        var response = await raw.Generated.ScoreAsync(request, cancellationToken: TestEnd);
        Assert.Equal(7UL, response.Id);
        Assert.Equal(2u, response.Rows);
        Assert.Equal([0.5f, 0.5f, 0.5f, 0.5f], response.Scores);
    }

    [Fact]
    public async Task Compressed_messages_are_understood()
    {
        await using var server = await ScoringServer.StartAsync();
        using var raw = new RawCalls(server);
        var request = new ScoreRequest { Classes = 1000 };
        request.Logits.AddRange(new float[10_000]);
        var response = await raw.Generated.ScoreAsync(request, new Metadata { { "grpc-internal-encoding-request", "gzip" } }, cancellationToken: TestEnd);
        Assert.All(response.Scores, score => Assert.Equal(0.001f, score));
    }

    [Fact]
    public async Task Bytes_that_are_no_message_end_the_stream_with_what_is_wrong_with_them()
    {
        await using var server = await ScoringServer.StartAsync();
        server.ExpectedLog = "Error reading message";
        using var raw = new RawCalls(server);
        using var call = raw.Stream();
        await call.RequestStream.WriteAsync(RawCalls.Message(2, 0, 0), TestEnd);
        await call.RequestStream.WriteAsync([0x22, 0x05, 0, 0], TestEnd);

        Assert.True(await call.ResponseStream.MoveNext(TestEnd));
        var refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestEnd));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Equal("Not a ScoreRequest: the message ends in the middle of a field (at byte 2).", refused.Status.Detail);
    }

    [Fact]
    public async Task A_message_over_the_limit_ends_the_stream()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:MessageBytes=4096");
        server.ExpectedLog = "Error reading message";
        using var raw = new RawCalls(server);
        using var call = raw.Stream();
        await call.RequestStream.WriteAsync(RawCalls.Message(1, new float[2000]), TestEnd);
        var refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestEnd));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
    }

    [Fact]
    public async Task Unknown_fields_are_passed_over()
    {
        await using var server = await ScoringServer.StartAsync();
        using var raw = new RawCalls(server);
        using var call = raw.Stream();
        // Field 1000, a varint, before a message that is understood.
        await call.RequestStream.WriteAsync([0xC0, 0x3E, 0x2A, .. RawCalls.Message(2, 3, 3)], TestEnd);
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext(TestEnd));
        Assert.Equal([0.5f, 0.5f], ScoreResponse.Parser.ParseFrom(call.ResponseStream.Current).Scores);
        Assert.False(await call.ResponseStream.MoveNext(TestEnd));
    }

    [Fact]
    public async Task What_is_not_served_yet_says_so()
    {
        await using var server = await ScoringServer.StartAsync();
        using var raw = new RawCalls(server);
        using var call = raw.Generated.Evaluate(cancellationToken: TestEnd);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Unimplemented, refused.StatusCode);
    }
}
