using Google.Protobuf;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Infrastructure.Http2;
using Scoring.V1;

namespace Scoring.FunctionalTests.Abuse;

/// <summary>Hostile frames. docs/robustness.md tells which limit holds against each.</summary>
[Collection<AbuseTestGroup>]
public sealed class Http2AbuseTests
{
    /// <summary>More than any server takes.</summary>
    private const int Endless = 1_000_000;

    /// <summary>Half of what a client may send ahead on one stream, by default.</summary>
    private const int HalfWindowBytes = 512 << 10;

    /// <summary>As many as one connection may have open.</summary>
    private const int Streams = 256;

    /// <summary>What all of them may hold, beyond what is rented: two blocks of the transport each, and as much again for all else.</summary>
    private const long MaxHeldBytes = Streams * 4L * (64 << 10);

    [Fact]
    public async Task A_client_that_opens_streams_only_to_reset_them_loses_its_connection()
    {
        await using var server = await Aftermath.StartServerAsync();
        // Where Kestrel's queue of answers overflows before its patience does, it says so, at Critical.
        server.ExpectedLog = "exceeded the output operations maximum queue size";
        var aftermath = await Aftermath.OfAsync(server);
        using (var client = await FrameClient.ConnectAsync(server))
        {
            var receiving = client.ReceiveAllAsync();
            var message = RawCalls.Frame(RawCalls.Message(2, 3, 3));
            await client.FloodAsync(
                time => [
                    .. Frame.Call((2 * time) + 1, "ScoreStream").ToBytes(),
                    .. Frame.Data((2 * time) + 1, message).ToBytes(),
                    .. Frame.Reset((2 * time) + 1).ToBytes(),
                ],
                times: Endless);
            AssertEnded(await receiving, Frame.EnhanceYourCalm, Frame.InternalError);
        }

        await aftermath.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_call_is_served_that_a_proxy_says_was_made_over_TLS()
    {
        await using var server = await ScoringServer.StartAsync();
        using var client = await FrameClient.ConnectAsync(server);
        var call = Frame.CallOf(1, "/scoring.v1.ScoringService/Score");
        // The second field, by its number in HPACK's table.
        call.Payload[1] = 0x87;
        await client.SendAsync(call, Frame.Data(1, RawCalls.Frame(RawCalls.Message(2, 3, 3)), flags: Frame.EndStream));
        var frames = await client.ReceiveUntilAsync(frame => frame.Stream == 1 && (frame.Flags & Frame.EndStream) != 0);
        Assert.Contains(frames, frame => frame is { Type: FrameType.Data, Stream: 1, Payload.Length: > 5 });
    }

    [Fact]
    public async Task Headers_that_never_end_end_the_connection()
    {
        await using var server = await Aftermath.StartServerAsync();
        var aftermath = await Aftermath.OfAsync(server);
        using (var client = await FrameClient.ConnectAsync(server))
        {
            var receiving = client.ReceiveAllAsync();
            await client.SendAsync(Frame.Call(1, "ScoreStream", flags: 0));
            var fields = Enumerable.Repeat(Frame.Field("x", new string('y', 100)), 150).SelectMany(field => field).ToArray();
            var more = new Frame(FrameType.Continuation, 0, 1, fields).ToBytes();
            await client.FloodAsync(_ => more, times: Endless);
            AssertEnded(await receiving, Frame.ProtocolError);
        }

        await aftermath.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Empty_continuations_of_headers_cost_nothing_but_the_time_they_take()
    {
        await using var server = await Aftermath.StartServerAsync();
        var aftermath = await Aftermath.OfAsync(server);
        using (var client = await FrameClient.ConnectAsync(server))
        {
            await client.SendAsync(Frame.Call(1, "ScoreStream", flags: Frame.EndStream));
            var more = Enumerable.Repeat(new Frame(FrameType.Continuation, 0, 1, []).ToBytes(), 1000).SelectMany(frame => frame).ToArray();
            await client.FloodAsync(_ => more, times: 200);
            await aftermath.AssertUnharmedAsync();

            await client.SendAsync(new Frame(FrameType.Continuation, Frame.EndHeaders, 1, []));
            var answer = await client.ReceiveUntilAsync(frame => frame.Stream == 1 && (frame.Flags & Frame.EndStream) != 0);
            Assert.Equal(FrameType.Headers, answer[^1].Type);
        }

        await aftermath.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_client_that_never_opens_its_window_costs_no_more_than_it_sent()
    {
        await using var server = await Aftermath.StartServerAsync();
        var aftermath = await Aftermath.OfAsync(server);
        // SETTINGS_INITIAL_WINDOW_SIZE is 0: nothing but headers may be answered.
        using (var client = await FrameClient.ConnectAsync(server, (Frame.InitialWindowSize, 0)))
        {
            var message = RawCalls.Frame(RawCalls.Message(1000, new float[3000]));
            for (var stream = 1; stream < 2 * Streams; stream += 2)
            {
                await client.SendAsync(Frame.Call(stream, "ScoreStream"), Frame.Data(stream, message, Frame.EndStream));
            }

            var started = 0;
            await client.ReceiveUntilAsync(frame => frame.Type == FrameType.Headers && ++started == Streams);
            Assert.InRange(server.Pool.Buffers.RentedBytes, 0, Streams * message.Length * 5 / 4);
            Assert.InRange(aftermath.HeldMore(), long.MinValue, MaxHeldBytes);
            await Aftermath.AssertServedAsync(server);
        }

        await aftermath.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_client_that_never_opens_its_window_is_soon_not_read_from()
    {
        await using var server = await Aftermath.StartServerAsync();
        var aftermath = await Aftermath.OfAsync(server);
        using (var client = await FrameClient.ConnectAsync(server, (Frame.InitialWindowSize, 0)))
        {
            // Half precision in, single out: answers of twice the size. Half of each stream's window, on all of them, would be 128 MiB.
            var message = RawCalls.Frame(
                new ScoreRequest { Classes = 6000, DataType = DataType.Fp16, Data = ByteString.CopyFrom(new byte[12_000]) }.ToByteArray());
            var isHeldBack = false;
            for (var stream = 1; stream < 2 * Streams && !isHeldBack; stream += 2)
            {
                await client.SendAsync(Frame.Call(stream, "ScoreStream"));
                for (var sent = message.Length; sent < HalfWindowBytes && !isHeldBack; sent += message.Length)
                {
                    isHeldBack = !await client.TrySendDataAsync(stream, message);
                }
            }

            Assert.True(isHeldBack);
            Assert.InRange(aftermath.HeldMore(), long.MinValue, MaxHeldBytes);
            await Aftermath.AssertServedAsync(server);
        }

        await aftermath.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_message_that_dribbles_in_holds_nothing_until_it_is_whole()
    {
        await using var server = await Aftermath.StartServerAsync();
        var aftermath = await Aftermath.OfAsync(server);
        using (var client = await FrameClient.ConnectAsync(server))
        {
            await client.SendAsync(Frame.Call(1, "ScoreStream"));
            var message = RawCalls.Frame(RawCalls.Message(2, 3, 3));
            foreach (var part in message[..^1])
            {
                await client.SendAsync(Frame.Data(1, [part]), Frame.Ping());
                await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Ping, IsAcknowledgement: true });
                Assert.Equal(0, server.Pool.Buffers.OutstandingRents);
            }

            await client.SendAsync(Frame.Data(1, message[^1..], Frame.EndStream));
            var answer = await client.ReceiveUntilAsync(frame => (frame.Flags & Frame.EndStream) != 0 && frame.Stream == 1);
            Assert.Contains(answer, frame => frame is { Type: FrameType.Data, Payload.Length: > 0 });
        }

        await aftermath.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Streams_whose_messages_never_become_whole_hold_a_block_each()
    {
        await using var server = await Aftermath.StartServerAsync();
        var aftermath = await Aftermath.OfAsync(server);
        using (var client = await FrameClient.ConnectAsync(server))
        {
            var part = RawCalls.Frame(RawCalls.Message(2, 3, 3))[..^1];
            for (var stream = 1; stream < 2 * Streams; stream += 2)
            {
                await client.SendAsync(Frame.Call(stream, "ScoreStream"), Frame.Data(stream, part));
            }

            await client.SendAsync(Frame.Ping());
            await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Ping, IsAcknowledgement: true });
            Assert.Equal(0, server.Pool.Buffers.OutstandingRents);
            Assert.InRange(aftermath.HeldMore(), long.MinValue, MaxHeldBytes);
            await Aftermath.AssertServedAsync(server);
        }

        await aftermath.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_unary_call_whose_message_dribbles_in_too_slowly_loses_its_connection()
    {
        await using var server = await Aftermath.StartServerAsync();
        var aftermath = await Aftermath.OfAsync(server);
        using (var client = await FrameClient.ConnectAsync(server))
        {
            // Kestrel wants 240 bytes a second, after five seconds of grace.
            await client.SendAsync(Frame.Call(1, "Score"), Frame.Data(1, RawCalls.Frame(RawCalls.Message(2, 3, 3))[..9]));
            Assert.DoesNotContain(await client.ReceiveAllAsync(), frame => frame.Stream == 1);
        }

        await aftermath.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_flood_of_pings_whose_answers_are_not_read_is_held_back() => await AssertHeldBackAsync(Frame.Ping());

    [Fact]
    public async Task A_flood_of_settings_whose_answers_are_not_read_is_held_back() => await AssertHeldBackAsync(Frame.Settings());

    /// <summary>The reason may be lost with the connection, where the client was still sending; another reason is wrong.</summary>
    private static void AssertEnded(List<Frame> received, params int[] reasons) =>
        Assert.All(received.Where(frame => frame.Type == FrameType.GoAway), frame => Assert.Contains(frame.ErrorCode(), reasons));

    private static async Task AssertHeldBackAsync(Frame flood)
    {
        await using var server = await Aftermath.StartServerAsync();
        var aftermath = await Aftermath.OfAsync(server);
        using (var client = await FrameClient.ConnectAsync(server))
        {
            var bytes = Enumerable.Repeat(flood.ToBytes(), 1000).SelectMany(frame => frame).ToArray();
            // Both sockets' buffers are full before the server stops reading.
            Assert.InRange(await client.FloodAsync(_ => bytes, times: Endless), 1, 64 << 20);
            await aftermath.AssertUnharmedAsync();

            // It reads on as soon as it can write.
            await client.ReceiveUntilAsync(frame => frame.Type == flood.Type && frame.IsAcknowledgement);
        }

        await aftermath.AssertUnharmedAsync();
    }
}
