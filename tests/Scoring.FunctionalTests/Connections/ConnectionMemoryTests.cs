using System.Buffers.Binary;
using System.Text;
using Scoring.FunctionalTests.Abuse;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Infrastructure.Http2;

namespace Scoring.FunctionalTests.Connections;

public sealed class ConnectionMemoryTests
{
    private const int Limit = 65535;

    [Fact]
    public async Task A_connection_that_holds_as_much_as_it_may_waits_until_its_answers_are_read_and_others_are_served()
    {
        await using var server = await ScoringServer.StartAsync($"--Scoring:Limits:ConnectionBytes={Limit}");
        // SETTINGS_INITIAL_WINDOW_SIZE is 0: nothing but headers may be answered.
        using var client = await FrameClient.ConnectAsync(server, (Frame.InitialWindowSize, 0));
        var large = RawCalls.Frame(RawCalls.Message(20_000, new float[20_000]));
        var small = RawCalls.Frame(RawCalls.Message(2, 3, 3));
        await client.SendAsync(Frame.Call(1, "ScoreStream"));
        foreach (var part in large.Chunk(16 << 10))
        {
            Assert.True(await client.TrySendDataAsync(1, part));
        }

        await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 1 });

        // The stream has its message, and its connection no room.
        await client.SendAsync(Frame.Call(3, "ScoreStream"), Frame.Data(3, small), Frame.Call(5, "Score"), Frame.Data(5, small, Frame.EndStream));
        var refused = await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 5 });
        Assert.NotEqual(0, refused[^1].Flags & Frame.EndStream);
        Assert.Contains("on this connection hold 80000 bytes; the limit Scoring:Limits:ConnectionBytes is 65535",
            Encoding.ASCII.GetString(refused[^1].Payload), StringComparison.Ordinal);
        Assert.DoesNotContain(refused, frame => frame.Stream == 3);
        await Aftermath.AssertServedAsync(server);

        await client.SendAsync(OpenWindow(0), OpenWindow(1));
        await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 3 });
        await client.SendAsync(Frame.Call(7, "Score"), Frame.Data(7, small, Frame.EndStream));
        var served = await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 7 });
        Assert.Equal(0, served[^1].Flags & Frame.EndStream);
    }

    private static Frame OpenWindow(int stream)
    {
        var more = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(more, 1 << 20);
        return new Frame(FrameType.WindowUpdate, 0, stream, more);
    }
}
