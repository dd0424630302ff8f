using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Scoring.Client;
using Scoring.FunctionalTests.Abuse;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Infrastructure.Http2;
using Scoring.FunctionalTests.Messages;
using Scoring.Service.Memory;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests.Connections;

/// <summary>Messages that are larger than a stream's window, of which nobody knows when the rest will come.</summary>
public sealed class LargeMessageTests
{
    private const int Length = 800_000;

    /// <summary>Room for two of them, and an eighth that is for others.</summary>
    private static readonly string[] Small = ["--Scoring:Limits:ServerBytes=2097152", "--Scoring:Limits:MessageBytes=1048576"];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sixty_streams_on_one_connection_are_all_answered_within_the_memory_there_is()
    {
        const int MaxHeld = 48 << 20;
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:ServerBytes=8388608", "--Scoring:Limits:MessageBytes=2097152");
        var client = server.Connect(new ScoringClientOptions { StreamPatience = TimeSpan.FromMinutes(5) });
        var held = server.Services.GetRequiredService<HeldMemory>();
        var most = 0L;
        var streams = Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Task.Run(StreamAsync, TestEnd)));
        while (!streams.IsCompleted)
        {
            most = Math.Max(most, held.Bytes);
            await Task.WhenAny(streams, Task.Delay(TimeSpan.FromMilliseconds(5), TestEnd));
        }

        Assert.All(await streams, answers => Assert.Equal(2, answers));
        // Without a limit to what is not whole yet, it would be up to 96 MB.
        Assert.InRange(most, 1 << 20, MaxHeld);

        async Task<int> StreamAsync()
        {
            var requests = Enumerable.Range(0, 2).Select(_ => new ScoreRequest { Classes = 400_000, Logits = new float[400_000] }).ToArray();
            var answers = 0;
            await foreach (var result in client.ScoreStreamAsync(Source.Of(requests), TestEnd))
            {
                using (result)
                {
                    result.EnsureScored();
                    answers++;
                }
            }

            return answers;
        }
    }

    [Fact]
    public async Task A_message_has_its_room_from_its_first_bytes_on_and_gives_it_back_with_its_stream()
    {
        await using var server = await ScoringServer.StartAsync(Small);
        var memory = server.Services.GetRequiredService<ServerMemory>();
        using var client = await FrameClient.ConnectAsync(server);
        await client.BeginMessageAsync(1, Length);
        await client.BeginMessageAsync(3, Length);
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 2 * Length);

        // There is none for another one: a stream waits, and a unary call is refused. Small messages are served all the same.
        await client.BeginMessageAsync(5, Length);
        await Eventually.IsAsync(() => memory.Unfinished.IsWaitedFor);
        await client.BeginMessageAsync(7, Length, "Score");
        var refused = await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 7 });
        Assert.Contains("grpc-status", Encoding.ASCII.GetString(refused[^1].Payload), StringComparison.Ordinal);
        Assert.Contains("the messages in flight hold 1600000 bytes", Uri.UnescapeDataString(
            Encoding.ASCII.GetString(refused[^1].Payload)), StringComparison.Ordinal);
        await Aftermath.AssertServedAsync(server);

        await client.SendAsync(Frame.Reset(1));
        await Eventually.IsAsync(() => !memory.Unfinished.IsWaitedFor);
        await client.SendAsync(Frame.Reset(3), Frame.Reset(5));
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 0);
    }

    [Fact]
    public async Task A_compressed_message_needs_room_for_what_may_become_of_it_before_it_is_unpacked()
    {
        await using var server = await ScoringServer.StartAsync(Small);
        var memory = server.Services.GetRequiredService<ServerMemory>();
        var packed = RawCalls.Frame(CompressedMessageTests.Pack("gzip", RawCalls.Message(250_000, new float[250_000])));
        packed[0] = 1;
        Assert.InRange(packed.Length, 0, 16 << 10);
        using var client = await FrameClient.ConnectAsync(server);
        await client.BeginMessageAsync(1, Length);
        await client.BeginMessageAsync(3, Length);
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 2 * Length);

        var (status, message, _) = await RawCalls.PostAsync(server, packed, "gzip", method: "scoring.v1.ScoringService/Score");
        Assert.Equal("8", status);
        Assert.Contains("the messages in flight hold 1600000 bytes", message, StringComparison.Ordinal);
        var streamed = RawCalls.PostAsync(server, [.. packed, .. packed], "gzip");
        await Eventually.IsAsync(() => memory.Unfinished.IsWaitedFor);
        await client.SendAsync(Frame.Reset(1), Frame.Reset(3));
        Assert.Equal(("0", "", 2), await streamed);
        Assert.Equal(("0", "", 1), await RawCalls.PostAsync(server, packed, "gzip", method: "scoring.v1.ScoringService/Score"));
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 0);
    }

    [Fact]
    public async Task A_call_past_those_of_its_connection_that_may_wait_is_told_when_to_come_back()
    {
        await using var server = await ScoringServer.StartAsync(Small);
        var memory = server.Services.GetRequiredService<ServerMemory>();
        using var client = await FrameClient.ConnectAsync(server);
        int[] streams = [1, 3, 5, 7, 9];
        foreach (var stream in streams)
        {
            await client.BeginMessageAsync(stream, Length);
        }

        await client.BeginMessageAsync(11, Length);
        // Whichever of them came last: two have their room, and three wait.
        var ended = (await client.ReceiveUntilAsync(frame => frame.Type == FrameType.Headers && (frame.Flags & Frame.EndStream) != 0))[^1];
        var headers = Encoding.ASCII.GetString(ended.Payload);
        Assert.Contains("as many calls of this connection wait as may", Uri.UnescapeDataString(headers), StringComparison.Ordinal);
        var trailer = new Error { Code = (uint)StatusCode.Unavailable, RetryAfterMs = ServerMemory.RetryAfterMs };
        trailer.Message = "the server has no memory for more messages now, and as many calls of this connection wait as may; send again what was not "
            + "answered";
        Assert.Contains(Convert.ToBase64String(trailer.ToByteArray()).TrimEnd('='), headers, StringComparison.Ordinal);

        await client.SendAsync([.. streams.Append(11).Where(stream => stream != ended.Stream).Select(stream => Frame.Reset(stream))]);
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 0);
    }

    [Fact]
    public async Task A_message_that_does_not_go_on_gives_way_to_those_who_wait()
    {
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, [.. Small, "--Scoring:Limits:CrowdedMs=1000"]);
        var memory = server.Services.GetRequiredService<ServerMemory>();
        using var client = await FrameClient.ConnectAsync(server);
        await client.BeginMessageAsync(1, Length);
        await client.BeginMessageAsync(3, Length);
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 2 * Length);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2 * Length, memory.Unfinished.Bytes);

        using var other = await FrameClient.ConnectAsync(server);
        await other.BeginMessageAsync(1, Length);
        await Eventually.IsAsync(() => memory.Unfinished.IsWaitedFor);
        var ended = client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 1 or 3 } && (frame.Flags & Frame.EndStream) != 0);
        while (!ended.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(10), TestEnd));
        }

        Assert.Contains(
            "while others waited for memory", Uri.UnescapeDataString(Encoding.ASCII.GetString((await ended)[^1].Payload)), StringComparison.Ordinal);
        await Eventually.IsAsync(() => !memory.Unfinished.IsWaitedFor);
    }

    [Fact]
    public async Task A_connection_that_makes_the_transport_hold_too_much_is_cut_and_no_other()
    {
        await using var server = await ScoringServer.StartAsync(
            "--Scoring:Limits:BufferBytes=8388608", "--Scoring:Limits:ServerBytes=2097152", "--Scoring:Limits:MessageBytes=65536",
            "--Scoring:Limits:StreamWindowBytes=65535");
        server.ExpectedLog = "A connection is cut";
        await using var other = ScoringClient.Connect(server.Address);
        using var before = await other.ScoreAsync(new ScoreRequest { Classes = 2, Logits = new float[] { 3, 3 } }, TestEnd);
        using var client = await FrameClient.ConnectAsync(server);
        var received = client.ReceiveAllAsync();
        // A block for each of 256 streams is 16 MB.
        var part = RawCalls.Frame(RawCalls.Message(2, 3, 3))[..^1];
        await client.FloodAsync(
            time => [.. Frame.Call((2 * time) + 1, "ScoreStream").ToBytes(), .. Frame.Data((2 * time) + 1, part).ToBytes()], times: 256);

        await received;
        using var after = await other.ScoreAsync(new ScoreRequest { Classes = 2, Logits = new float[] { 3, 3 } }, TestEnd);
        Assert.Equal([0.5f, 0.5f], after.ScoresOf(0).ToArray());
        await Eventually.IsAsync(() => server.Services.GetRequiredService<HeldMemory>().Bytes < 8 << 20);
    }
}
