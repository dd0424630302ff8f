using Grpc.Core;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.V1;

namespace Scoring.FunctionalTests;

public sealed class WireTests
{
    private static readonly Metadata Gzip = new() { { "grpc-internal-encoding-request", "gzip" } };

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
        var response = await raw.Generated.ScoreAsync(
            request, new Metadata { { "grpc-internal-encoding-request", "gzip" } }, cancellationToken: TestEnd);
        Assert.All(response.Scores, score => Assert.Equal(0.001f, score));
    }

    [Fact]
    public async Task Compressed_messages_of_a_stream_are_understood()
    {
        await using var server = await ScoringServer.StartAsync();
        using var raw = new RawCalls(server);
        using var call = raw.Stream(Gzip);
        await call.RequestStream.WriteAsync(RawCalls.Message(1000, new float[10_000]), TestEnd);
        Assert.True(await call.ResponseStream.MoveNext(TestEnd));
        Assert.All(ScoreResponse.Parser.ParseFrom(call.ResponseStream.Current).Scores, score => Assert.Equal(0.001f, score));
    }

    [Fact]
    public async Task A_message_that_is_over_the_limit_once_decompressed_ends_the_stream()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:MessageBytes=4096");
        using var raw = new RawCalls(server);
        using var call = raw.Stream(Gzip);
        await call.RequestStream.WriteAsync(RawCalls.Message(1, new float[100_000]), TestEnd);
        var refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestEnd));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.EndsWith("is over 4096 when decompressed, which is the limit", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, "13", "a message begins with the byte 2, where gRPC has 0 or 1")]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, "13", "the stream ends in the middle of a message")]
    [InlineData(new byte[] { 0, 0, 0 }, "13", "the stream ends in the middle of a message")]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, "8", "a message of 4294967295 bytes; the limit is 16777216")]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 7 }, "12", "a message is compressed, and grpc-encoding is 'snappy'; this service knows gzip and deflate")]
    public async Task A_stream_whose_framing_is_wrong_ends_with_what_is_wrong_with_it(byte[] body, string status, string message)
    {
        await using var server = await ScoringServer.StartAsync();
        Assert.Equal((status, message, 0), await RawCalls.PostAsync(server, body, "snappy"));
    }

    [Fact]
    public async Task Messages_are_found_however_the_bytes_are_cut()
    {
        await using var server = await ScoringServer.StartAsync();
        byte[] body = [.. Enumerable.Range(0, 50).SelectMany(_ => RawCalls.Frame(RawCalls.Message(2, 3, 3)))];
        Assert.Equal(("0", "", 50), await RawCalls.PostAsync(server, body, "identity", bytesAtATime: 7));
    }

    [Fact]
    public async Task Bytes_that_are_no_message_end_the_stream_with_what_is_wrong_with_them()
    {
        await using var server = await ScoringServer.StartAsync();
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
    public async Task A_generated_client_measures_too()
    {
        await using var server = await ScoringServer.StartAsync();
        using var raw = new RawCalls(server);
        using var call = raw.Generated.Evaluate(cancellationToken: TestEnd);
        await call.RequestStream.WriteAsync(Evaluations.Message("softmax", 2, [1, 0, 1, 0], 0, 1), TestEnd);
        await call.RequestStream.CompleteAsync();
        Assert.Equal(0.5, (await call).ClassMetrics.Accuracy);
    }
}
