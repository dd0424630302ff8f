using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Scoring.FunctionalTests.Abuse;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Infrastructure.Http2;
using Scoring.Service.Connections;
using Scoring.Service.Memory;
using Scoring.V1;

namespace Scoring.FunctionalTests.Connections;

public sealed class StreamTimeTests
{
    private const int LimitMs = 1000;

    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(LimitMs);

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("scoring.v1.ScoringService", "ScoreStream")]
    [InlineData("scoring.v1.ScoringService", "Evaluate")]
    [InlineData("scoring.v1.ScoringService", "Calibrate")]
    [InlineData("inference.GRPCInferenceService", "ModelStreamInfer")]
    public async Task A_stream_without_a_first_message_ends_and_its_status_names_the_limit(string service, string rpc)
    {
        await using var server = await ScoringServer.StartAsync(_time, $"--Scoring:Limits:FirstMessageMs={LimitMs}");
        using var raw = new RawCalls(server);
        using var call = raw.Channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            new Method<byte[], byte[]>(
                MethodType.DuplexStreaming, service, rpc, RawCalls.Bytes, RawCalls.Bytes), null, new CallOptions(cancellationToken: TestEnd));
        var ended = call.ResponseStream.MoveNext(TestEnd);
        await AdvanceUntilAsync(ended);

        var status = (await Assert.ThrowsAsync<RpcException>(() => ended)).Status;
        Assert.Equal(StatusCode.Unavailable, status.StatusCode);
        Assert.Equal(
            "no message came whole in 1000 ms, which is the limit Scoring:Limits:FirstMessageMs; make another call when there is one", status.Detail);
    }

    [Fact]
    public async Task A_client_that_had_nothing_to_send_for_too_long_goes_on_over_another_call()
    {
        await using var server = await ScoringServer.StartAsync(_time, $"--Scoring:Limits:FirstMessageMs={LimitMs}");
        var requests = Channel.CreateUnbounded<Scoring.Client.ScoreRequest>();
        await using var results = server.Connect().ScoreStreamAsync(requests.Reader.ReadAllAsync(TestEnd), TestEnd).GetAsyncEnumerator(TestEnd);
        var first = results.MoveNextAsync().AsTask();
        var streams = server.Services.GetRequiredService<OpenStreams>();
        await Eventually.IsAsync(() => streams.Count == 1);
        await AdvanceUntilAsync(Eventually.IsAsync(() => streams.Count == 0));
        Assert.False(first.IsCompleted);

        await requests.Writer.WriteAsync(Source.Rows(1, 1, 3).Single(), TestEnd);
        Assert.True(await first);
        results.Current.EnsureScored();
        results.Current.Dispose();
    }

    [Fact]
    public async Task A_first_message_that_dribbles_in_does_not_keep_its_stream_open()
    {
        await using var server = await ScoringServer.StartAsync(_time, $"--Scoring:Limits:FirstMessageMs={LimitMs}");
        using var client = await FrameClient.ConnectAsync(server);
        await client.SendAsync(Frame.Call(1, "ScoreStream"));
        var ended = client.ReceiveUntilAsync(IsEndOfTheStream);
        var message = RawCalls.Frame(RawCalls.Message(1000, new float[1000]));
        var sent = 0;
        await AdvanceUntilAsync(ended, () => client.SendAsync(Frame.Data(1, [message[sent++]])));

        Assert.InRange(sent, 4, message.Length - 1);
        Assert.DoesNotContain(await ended, frame => frame.Type == FrameType.Data);
    }

    [Fact]
    public async Task The_time_that_the_service_takes_to_make_room_is_not_the_clients()
    {
        await using var server = await ScoringServer.StartAsync(
            _time, $"--Scoring:Limits:FirstMessageMs={LimitMs}", "--Scoring:Limits:ServerBytes=1048576", "--Scoring:Limits:MessageBytes=65536");
        using var held = new TakenRoom(server);
        using var raw = new RawCalls(server);
        using var call = raw.Stream();
        await call.RequestStream.WriteAsync(RawCalls.Message(2, 3, 3), TestEnd);
        var answered = call.ResponseStream.MoveNext(TestEnd);
        await LetTheServiceWorkAsync(raw);
        _time.Advance(10 * Limit);
        await LetTheServiceWorkAsync(raw);
        Assert.False(answered.IsCompleted);

        held.Dispose();
        Assert.True(await answered);
    }

    [Fact]
    public async Task A_stream_may_be_idle_for_as_long_as_it_likes_by_default()
    {
        await using var server = await ScoringServer.StartAsync(_time);
        using var raw = new RawCalls(server);
        using var call = raw.Stream();
        await ScoreOneAsync(call);
        for (var i = 0; i < 10; i++)
        {
            await LetTheServiceWorkAsync(raw);
            _time.Advance(TimeSpan.FromMinutes(5));
        }

        await ScoreOneAsync(call);
    }

    [Fact]
    public async Task A_stream_that_is_idle_for_too_long_ends_once_all_is_answered()
    {
        await using var server = await ScoringServer.StartAsync(_time, $"--Scoring:Limits:StreamIdleMs={LimitMs}");
        using var raw = new RawCalls(server);
        using var call = raw.Stream();
        for (var i = 0; i < 5; i++)
        {
            await ScoreOneAsync(call);
            await LetTheServiceWorkAsync(raw);
            _time.Advance(Limit * 3 / 4);
        }

        await ScoreOneAsync(call);
        var ended = call.ResponseStream.MoveNext(TestEnd);
        await AdvanceUntilAsync(ended);
        var status = (await Assert.ThrowsAsync<RpcException>(() => ended)).Status;
        Assert.Equal(StatusCode.Unavailable, status.StatusCode);
        Assert.Equal("no other message came whole in 1000 ms, which is the limit Scoring:Limits:StreamIdleMs; make another call when there is one",
            status.Detail);
    }

    [Fact]
    public async Task A_stream_whose_answers_are_not_read_for_too_long_is_reset_and_its_buffers_go_back()
    {
        await using var server = await ScoringServer.StartAsync(_time, $"--Scoring:Limits:SlowReaderMs={LimitMs}");
        // SETTINGS_INITIAL_WINDOW_SIZE is 0: nothing but headers may be answered.
        using var client = await FrameClient.ConnectAsync(server, (Frame.InitialWindowSize, 0));
        // Answers of three times the size: the first are flushed while the batch still holds the last.
        var request = new ScoreRequest
        {
            Classes = 5000,
            DataType = DataType.Fp16,
            Data = ByteString.CopyFrom(new byte[10_000]),
            Outputs = { Output.Scores, Output.Decisions, Output.TopK },
            TopK = 1024,
        };
        var messages = Enumerable.Repeat(RawCalls.Frame(request.ToByteArray()), 6).SelectMany(message => message).ToArray();
        await client.SendAsync(Frame.Call(1, "ScoreStream"), Frame.Data(1, messages));
        await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 1 });
        Assert.NotEqual(0, server.Pool.Buffers.OutstandingRents);

        var ended = client.ReceiveUntilAsync(IsEndOfTheStream);
        await AdvanceUntilAsync(ended);
        var reset = (await ended)[^1];
        Assert.Equal((FrameType.ResetStream, Frame.EnhanceYourCalm), (reset.Type, reset.ErrorCode()));
        await Eventually.IsAsync(() => server.Pool.Buffers.OutstandingRents == 0);

        // The connection is as good as before.
        await client.SendAsync(Frame.Call(3, "ScoreStream", Frame.EndHeaders | Frame.EndStream));
        await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 3 });
        await Aftermath.AssertServedAsync(server);
    }

    [Fact]
    public async Task A_stream_whose_answers_are_not_read_is_reset_sooner_while_others_wait_for_memory()
    {
        await using var server = await ScoringServer.StartAsync(
            _time, $"--Scoring:Limits:CrowdedMs={LimitMs}", "--Scoring:Limits:ServerBytes=1048576", "--Scoring:Limits:MessageBytes=65536");
        // SETTINGS_INITIAL_WINDOW_SIZE is 0: nothing but headers may be answered.
        using var client = await FrameClient.ConnectAsync(server, (Frame.InitialWindowSize, 0));
        var message = RawCalls.Frame(RawCalls.Message(5000, new float[5000]));
        await client.SendAsync(Frame.Call(1, "ScoreStream"), Frame.Data(1, message));
        await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 1 });
        using var raw = new RawCalls(server);
        for (var i = 0; i < 10; i++)
        {
            await LetTheServiceWorkAsync(raw);
            _time.Advance(Limit);
        }

        Assert.Equal(1, server.Services.GetRequiredService<OpenStreams>().Count);

        using var held = new TakenRoom(server);
        using var other = raw.Stream();
        await other.RequestStream.WriteAsync(RawCalls.Message(2, 3, 3), TestEnd);
        var answered = other.ResponseStream.MoveNext(TestEnd);
        await Eventually.IsAsync(() => server.Services.GetRequiredService<ServerMemory>().IsWaitedFor);
        var ended = client.ReceiveUntilAsync(IsEndOfTheStream);
        await AdvanceUntilAsync(ended);
        var reset = (await ended)[^1];
        Assert.Equal((FrameType.ResetStream, Frame.EnhanceYourCalm), (reset.Type, reset.ErrorCode()));
        Assert.False(answered.IsCompleted);

        held.Dispose();
        Assert.True(await answered);
    }

    private static bool IsEndOfTheStream(Frame frame) =>
        frame.Stream == 1
            && (frame.Type == FrameType.ResetStream || (frame.Type is FrameType.Headers or FrameType.Data && (frame.Flags & Frame.EndStream) != 0));

    /// <summary>Lets a quarter of the limit pass again and again until the stream has ended, which must not be before the limit.</summary>
    private async Task AdvanceUntilAsync(Task ended, Func<Task>? meanwhile = null)
    {
        const int MaxQuarters = 100;
        var quarters = 0;
        for (; quarters < MaxQuarters && !ended.IsCompleted; quarters++)
        {
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
            _time.Advance(Limit / 4);
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(50), TestEnd));
        }

        Assert.InRange(quarters, 4, MaxQuarters - 1);
    }

    private static async Task ScoreOneAsync(AsyncDuplexStreamingCall<byte[], byte[]> call)
    {
        await call.RequestStream.WriteAsync(RawCalls.Message(2, 3, 3), TestEnd);
        Assert.True(await call.ResponseStream.MoveNext(TestEnd));
    }

    /// <summary>Later calls over the same connection are answered while a stream waits.</summary>
    private static async Task LetTheServiceWorkAsync(RawCalls raw)
    {
        for (var i = 0; i < 20; i++)
        {
            await raw.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd);
        }
    }
}
