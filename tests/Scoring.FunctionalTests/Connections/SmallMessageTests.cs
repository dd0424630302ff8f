using System.Net;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Scoring.FunctionalTests.Abuse;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Infrastructure.Http2;
using Scoring.Service.Memory;

namespace Scoring.FunctionalTests.Connections;

/// <summary>Small messages where large ones have taken all the room but a reserve.</summary>
public sealed class SmallMessageTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_that_is_small_beside_others_does_not_wait_for_their_room()
    {
        // Room for two of the large ones, and a reserve of 2 MiB for those of up to 128 KiB.
        const int Large = 14_000_000;
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:ServerBytes=33554432");
        var memory = server.Services.GetRequiredService<ServerMemory>();
        using var client = await FrameClient.ConnectAsync(server);
        await client.BeginMessageAsync(1, Large);
        await client.BeginMessageAsync(3, Large);
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 2 * Large);
        await client.BeginMessageAsync(5, Large);
        await Eventually.IsAsync(() => memory.Unfinished.IsWaitedFor);

        using var other = await FrameClient.ConnectAsync(server);
        var small = RawCalls.Frame(RawCalls.Message(25_000, new float[25_000]));
        await other.SendAsync(Frame.Call(1, "ScoreStream"), Frame.Data(1, small[..1000]));
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == (2 * Large) + small.Length - 5);
        foreach (var part in small[1000..].Chunk(16 << 10))
        {
            Assert.True(await other.TrySendDataAsync(1, part));
        }

        await other.ReceiveUntilAsync(frame => frame is { Type: FrameType.Data, Stream: 1 });
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 2 * Large);
        Assert.True(memory.Unfinished.IsWaitedFor);
        await client.SendAsync(Frame.Reset(1), Frame.Reset(3), Frame.Reset(5));
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 0);
    }

    [Fact]
    public async Task Small_messages_are_answered_where_larger_ones_have_taken_all_room()
    {
        // Messages of up to 128 KiB have a reserve of 2 MiB.
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:ServerBytes=33554432", "--Scoring:Listen:HttpPort=0");
        using var calls = new RawCalls(server);
        using var http = new HttpClient { BaseAddress = new Uri(server.HttpAddress) };
        var memory = server.Services.GetRequiredService<ServerMemory>();
        var large = server.Pool.Buffers.Rent(33554432);
        Assert.False(memory.HasRoom);

        await Aftermath.AssertServedAsync(server);
        var streamed = await RawCalls.PostAsync(server, RawCalls.Frame(RawCalls.Message(3, 1, 2, 3)), "identity");
        Assert.Equal(("0", "", 1), streamed);
        using var json = new StringContent("""{"classes": 3, "logits": [1, 2, 3]}""");
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync(new Uri("/v1/score", UriKind.Relative), json, TestEnd)).StatusCode);
        using var evaluation = calls.Generated.Evaluate(cancellationToken: TestEnd);
        await evaluation.RequestStream.WriteAsync(Evaluations.Message("softmax", 3, [1, 2, 3], 1), TestEnd);
        await evaluation.RequestStream.CompleteAsync();
        Assert.Equal(1u, (await evaluation).Rows);
        Assert.False(memory.HasRoom);
        var request = new V1.ScoreRequest { Classes = 40_000, Logits = { new float[40_000] } };
        var refused = await Assert.ThrowsAsync<RpcException>(() => calls.Generated.ScoreAsync(request, cancellationToken: TestEnd).ResponseAsync);
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);

        // The reserve is theirs as long as there is some of it, and they wait for no more than that.
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 0);
        for (var i = 0; i < 16; i++)
        {
            Assert.True(memory.Unfinished.TryReserve(128 << 10));
        }

        request = new V1.ScoreRequest { Classes = 3, Logits = { 1, 2, 3 } };
        await Assert.ThrowsAsync<RpcException>(() => calls.Generated.ScoreAsync(request, cancellationToken: TestEnd).ResponseAsync);
        var waiting = RawCalls.PostAsync(server, RawCalls.Frame(RawCalls.Message(3, 1, 2, 3)), "identity");
        await Eventually.IsAsync(() => memory.IsWaitedFor);
        memory.ReleaseUnfinished(128 << 10);
        Assert.Equal(("0", "", 1), await waiting);
        Assert.False(memory.HasRoom);
        server.Pool.Buffers.Return(large);
        for (var i = 1; i < 16; i++)
        {
            memory.ReleaseUnfinished(128 << 10);
        }

        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 0);
    }

    [Fact]
    public async Task A_stream_of_which_no_message_has_come_whole_takes_nothing_of_the_reserve()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:ServerBytes=33554432");
        var memory = server.Services.GetRequiredService<ServerMemory>();
        var large = server.Pool.Buffers.Rent(33554432);
        using var client = await FrameClient.ConnectAsync(server);
        var message = RawCalls.Frame(RawCalls.Message(3, 1, 2, 3));
        await client.SendAsync(Frame.Call(1, "ScoreStream"), Frame.Data(1, [.. message, .. message[..10]]));
        await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Data, Stream: 1 });
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 0);
        await client.SendAsync(Frame.Data(1, message[10..15]));
        await Aftermath.AssertServedAsync(server);
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 0);
        await client.SendAsync(Frame.Data(1, message[15..]));
        await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Data, Stream: 1 });
        server.Pool.Buffers.Return(large);
    }
}
