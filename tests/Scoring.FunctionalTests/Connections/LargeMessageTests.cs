using System.Buffers.Binary;
using System.Net;
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
using Scoring.Service.Streaming;
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
        await BeginAsync(client, 1);
        await BeginAsync(client, 3);
        await UntilAsync(() => memory.Unfinished.Bytes == 2 * Length);

        // There is none for another one: a stream waits, and a unary call is refused. Small messages are served all the same.
        await BeginAsync(client, 5);
        await UntilAsync(() => memory.Unfinished.IsWaitedFor);
        await BeginAsync(client, 7, "Score");
        var refused = await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 7 });
        Assert.Contains("grpc-status", Encoding.ASCII.GetString(refused[^1].Payload), StringComparison.Ordinal);
        Assert.Contains("the messages in flight hold 1600000 bytes", Uri.UnescapeDataString(
            Encoding.ASCII.GetString(refused[^1].Payload)), StringComparison.Ordinal);
        await Aftermath.AssertServedAsync(server);

        await client.SendAsync(Frame.Reset(1));
        await UntilAsync(() => !memory.Unfinished.IsWaitedFor);
        await client.SendAsync(Frame.Reset(3), Frame.Reset(5));
        await UntilAsync(() => memory.Unfinished.Bytes == 0);
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
        await BeginAsync(client, 1);
        await BeginAsync(client, 3);
        await UntilAsync(() => memory.Unfinished.Bytes == 2 * Length);

        var (status, message, _) = await RawCalls.PostAsync(server, packed, "gzip", method: "scoring.v1.ScoringService/Score");
        Assert.Equal("8", status);
        Assert.Contains("the messages in flight hold 1600000 bytes", message, StringComparison.Ordinal);
        var streamed = RawCalls.PostAsync(server, [.. packed, .. packed], "gzip");
        await UntilAsync(() => memory.Unfinished.IsWaitedFor);
        await client.SendAsync(Frame.Reset(1), Frame.Reset(3));
        Assert.Equal(("0", "", 2), await streamed);
        Assert.Equal(("0", "", 1), await RawCalls.PostAsync(server, packed, "gzip", method: "scoring.v1.ScoringService/Score"));
        await UntilAsync(() => memory.Unfinished.Bytes == 0);
    }

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
        await UntilAsync(() => memory.Answers.Bytes == 0);
    }

    [Fact]
    public async Task A_message_that_is_small_beside_others_does_not_wait_for_their_room()
    {
        // Room for two of the large ones, and a reserve of 2 MiB for those of up to 128 KiB.
        const int Large = 14_000_000;
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:ServerBytes=33554432");
        var memory = server.Services.GetRequiredService<ServerMemory>();
        using var client = await FrameClient.ConnectAsync(server);
        await BeginAsync(client, 1, length: Large);
        await BeginAsync(client, 3, length: Large);
        await UntilAsync(() => memory.Unfinished.Bytes == 2 * Large);
        await BeginAsync(client, 5, length: Large);
        await UntilAsync(() => memory.Unfinished.IsWaitedFor);

        using var other = await FrameClient.ConnectAsync(server);
        var small = RawCalls.Frame(RawCalls.Message(25_000, new float[25_000]));
        await other.SendAsync(Frame.Call(1, "ScoreStream"), Frame.Data(1, small[..1000]));
        await UntilAsync(() => memory.Unfinished.Bytes == (2 * Large) + small.Length - 5);
        foreach (var part in small[1000..].Chunk(16 << 10))
        {
            Assert.True(await other.TrySendDataAsync(1, part));
        }

        await other.ReceiveUntilAsync(frame => frame is { Type: FrameType.Data, Stream: 1 });
        await UntilAsync(() => memory.Unfinished.Bytes == 2 * Large);
        Assert.True(memory.Unfinished.IsWaitedFor);
        await client.SendAsync(Frame.Reset(1), Frame.Reset(3), Frame.Reset(5));
        await UntilAsync(() => memory.Unfinished.Bytes == 0);
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
        await UntilAsync(() => memory.Unfinished.Bytes == 0);
        for (var i = 0; i < 16; i++)
        {
            Assert.True(memory.Unfinished.TryReserve(128 << 10));
        }

        request = new V1.ScoreRequest { Classes = 3, Logits = { 1, 2, 3 } };
        await Assert.ThrowsAsync<RpcException>(() => calls.Generated.ScoreAsync(request, cancellationToken: TestEnd).ResponseAsync);
        var waiting = RawCalls.PostAsync(server, RawCalls.Frame(RawCalls.Message(3, 1, 2, 3)), "identity");
        await UntilAsync(() => memory.IsWaitedFor);
        memory.ReleaseUnfinished(128 << 10);
        Assert.Equal(("0", "", 1), await waiting);
        Assert.False(memory.HasRoom);
        server.Pool.Buffers.Return(large);
        for (var i = 1; i < 16; i++)
        {
            memory.ReleaseUnfinished(128 << 10);
        }

        await UntilAsync(() => memory.Unfinished.Bytes == 0);
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
        await UntilAsync(() => memory.Unfinished.Bytes == 0);
        await client.SendAsync(Frame.Data(1, message[10..15]));
        await Aftermath.AssertServedAsync(server);
        await UntilAsync(() => memory.Unfinished.Bytes == 0);
        await client.SendAsync(Frame.Data(1, message[15..]));
        await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Data, Stream: 1 });
        server.Pool.Buffers.Return(large);
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
        await UntilAsync(() => memory.Answers.Bytes == memory.Answers.Limit - needed);

        if (bytesOfLogit > 0)
        {
            Assert.True(memory.Answers.TryReserve(4000));
            var refused = await Assert.ThrowsAsync<RpcException>(() => calls.Generated.ScoreAsync(request, cancellationToken: TestEnd).ResponseAsync);
            Assert.Contains("the answers in flight take", refused.Status.Detail, StringComparison.Ordinal);
        }
    }

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
        await UntilAsync(() => memory.Answers.IsWaitedFor);
        memory.Answers.Release(taken);
        Assert.Equal((uint)Rows, (await evaluation).Rows);
        await UntilAsync(() => memory.Answers.Bytes == 0);
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
            await BeginAsync(client, stream);
        }

        await BeginAsync(client, 11);
        // Whichever of them came last: two have their room, and three wait.
        var ended = (await client.ReceiveUntilAsync(frame => frame.Type == FrameType.Headers && (frame.Flags & Frame.EndStream) != 0))[^1];
        var headers = Encoding.ASCII.GetString(ended.Payload);
        Assert.Contains("as many calls of this connection wait as may", Uri.UnescapeDataString(headers), StringComparison.Ordinal);
        var trailer = new Error { Code = (uint)StatusCode.Unavailable, RetryAfterMs = ServerMemory.RetryAfterMs };
        trailer.Message = "the server has no memory for more messages now, and as many calls of this connection wait as may; send again what was not "
            + "answered";
        Assert.Contains(Convert.ToBase64String(trailer.ToByteArray()).TrimEnd('='), headers, StringComparison.Ordinal);

        await client.SendAsync([.. streams.Append(11).Where(stream => stream != ended.Stream).Select(stream => Frame.Reset(stream))]);
        await UntilAsync(() => memory.Unfinished.Bytes == 0);
    }

    [Fact]
    public async Task A_message_that_does_not_go_on_gives_way_to_those_who_wait()
    {
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, [.. Small, "--Scoring:Limits:CrowdedMs=1000"]);
        var memory = server.Services.GetRequiredService<ServerMemory>();
        using var client = await FrameClient.ConnectAsync(server);
        await BeginAsync(client, 1);
        await BeginAsync(client, 3);
        await UntilAsync(() => memory.Unfinished.Bytes == 2 * Length);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2 * Length, memory.Unfinished.Bytes);

        using var other = await FrameClient.ConnectAsync(server);
        await BeginAsync(other, 1);
        await UntilAsync(() => memory.Unfinished.IsWaitedFor);
        var ended = client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 1 or 3 } && (frame.Flags & Frame.EndStream) != 0);
        while (!ended.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(10), TestEnd));
        }

        Assert.Contains(
            "while others waited for memory", Uri.UnescapeDataString(Encoding.ASCII.GetString((await ended)[^1].Payload)), StringComparison.Ordinal);
        await UntilAsync(() => !memory.Unfinished.IsWaitedFor);
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
        await UntilAsync(() => server.Services.GetRequiredService<HeldMemory>().Bytes < 8 << 20);
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
        await UntilAsync(() => server.Services.GetRequiredService<HeldMemory>().Bytes < 8 << 20);
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
        await UntilAsync(() => held.Bytes > least);
        Assert.InRange(held.Bytes, least, least + (20 << 20));
        await requests.CompleteAsync();
        await (call?.ResponseAsync ?? (Task)calibration!.ResponseAsync);
        await UntilAsync(() => held.Bytes < 1 << 20);
    }

    /// <summary>The first bytes of a message.</summary>
    private static Task BeginAsync(FrameClient client, int stream, string rpc = "ScoreStream", int length = Length)
    {
        var begin = new byte[100];
        BinaryPrimitives.WriteInt32BigEndian(begin.AsSpan(1), length);
        return client.SendAsync(Frame.Call(stream, rpc), Frame.Data(stream, begin));
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), patience.Token);
        }
    }
}
