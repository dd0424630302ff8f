using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Scoring.FunctionalTests.Abuse;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Infrastructure.Http2;
using Scoring.Service.Connections;
using Scoring.Service.Memory;

namespace Scoring.FunctionalTests.Connections;

/// <summary>What calls hold of their own: their headers, and what else comes with them.</summary>
public sealed class OpenCallsTests
{
    private const int Calls = 20;

    /// <summary>A client that answers no pings is cut for that after 40 s.</summary>
    private static readonly TimeSpan BeforePings = TimeSpan.FromSeconds(25);

    private static readonly byte[] Message = RawCalls.Frame(RawCalls.Message(2, 3, 3));

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_is_cut_for_calls_of_which_nobody_knows_yet_who_makes_them()
    {
        await using var server = await StartAsync(builder => builder.Services.AddSingleton<IStartupFilter>(new Filter(async (http, call) =>
        {
            if (http.Request.Headers.ContainsKey("hangs"))
            {
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            await call(http);
        })));
        using var client = await FrameClient.ConnectAsync(server);
        for (var stream = 1; stream < 2 * Calls; stream += 2)
        {
            var bytes = Frame.Call(stream, "ListHeads").With("hangs", "yes").ToBytes();
            await client.FloodAsync(_ => bytes, times: 1);
        }

        await client.ReceiveAllAsync().WaitAsync(BeforePings, TestEnd);
        await Aftermath.AssertServedAsync(server);
    }

    [Theory]
    [InlineData(17, true)]
    [InlineData(58, false)]
    public async Task Headers_that_are_too_long_end_their_call_and_no_other_of_the_connection(int kilobytes, bool hasStatus)
    {
        await using var server = await ScoringServer.StartAsync();
        using var client = await FrameClient.ConnectAsync(server);
        await client.SendAsync(Frame.Call(1, "ScoreStream"), Frame.Data(1, Message));
        await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Data, Stream: 1 });
        var half = new string('x', kilobytes << 9);
        await client.SendAsync(Frame.Call(3, "ScoreStream").With("long", half).With("longer", half));
        var refused = await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 3 });
        if (hasStatus)
        {
            var headers = Uri.UnescapeDataString(Encoding.ASCII.GetString(refused[^1].Payload));
            Assert.Matches(@"the headers of the call take 17\d{3} bytes, with 32 for each; the limit is 16384", headers);
        }

        Assert.Equal(3, refused[^1].Stream);
        await client.SendAsync(Frame.Data(1, Message));
        var answer = await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Data, Stream: 1 });
        Assert.Equal(1, answer[^1].Stream);
    }

    [Theory]
    [InlineData]
    [InlineData("other", "another")]
    public async Task Calls_of_others_over_many_connections_do_not_end_the_only_one_of_somebody(params string[] callers)
    {
        const int Mine = 3;
        using var keys = new KeyFile(["me", .. callers]);
        await using var server = await StartAsync(static _ => { }, keys.Setting);
        var (header, key) = keys.Header("me");
        using var mine = await FrameClient.ConnectAsync(server);
        for (var stream = 1; stream < 2 * Mine; stream += 2)
        {
            await mine.SendAsync(Frame.Call(stream, "ScoreStream").With(header, key), Frame.Data(stream, Message));
            await mine.ReceiveUntilAsync(frame => frame.Type == FrameType.Data && frame.Stream == stream);
        }

        var others = new List<FrameClient>();
        while (server.LogLines.Count < 2)
        {
            // Each has fewer calls than the one that is not to be cut.
            var other = await FrameClient.ConnectAsync(server);
            others.Add(other);
            for (var call = 0; call < Mine - 1; call++)
            {
                await CallAsync(other, (2 * call) + 1, callers.Length == 0 ? null : callers[call]);
            }
        }

        await mine.SendAsync(Frame.Data(1, Message));
        Assert.Equal(1, (await mine.ReceiveUntilAsync(frame => frame.Type == FrameType.Data))[^1].Stream);
        others.ForEach(other => other.Dispose());

        // Nobody watches the health, and somebody with keys streams, with a key of theirs after the other.
        async Task CallAsync(FrameClient other, int stream, string? caller)
        {
            if (caller is null)
            {
                var watch = Frame.CallOf(stream, "/grpc.health.v1.Health/Watch").ToBytes();
                await other.FloodAsync(_ => [.. watch, .. Frame.Data(stream, new byte[5], Frame.EndStream).ToBytes()], times: 1);
                return;
            }

            var (name, value) = keys.Header(caller);
            var score = Frame.Call(stream, "ScoreStream").With(name, value).ToBytes();
            await other.FloodAsync(_ => [.. score, .. Frame.Data(stream, Message).ToBytes()], times: 1);
            await other.ReceiveUntilAsync(frame => frame.Type == FrameType.Data);
        }
    }

    [Fact]
    public async Task A_connection_is_cut_for_calls_whose_answers_it_does_not_read()
    {
        await using var server = await StartAsync(static _ => { });
        // SETTINGS_INITIAL_WINDOW_SIZE is 0: nothing but headers may be answered.
        using var client = await FrameClient.ConnectAsync(server, (Frame.InitialWindowSize, 0));
        for (var stream = 1; stream < 2 * Calls; stream += 2)
        {
            // One after the other, so that each has come to its end.
            byte[] call = [.. Frame.Call(stream, "Score").ToBytes(), .. Frame.Data(stream, Message, Frame.EndStream).ToBytes()];
            await client.FloodAsync(_ => call, times: 1);
            await client.ReceiveUntilAsync(frame => frame.Type == FrameType.Headers && frame.Stream == stream);
        }

        await client.ReceiveAllAsync().WaitAsync(BeforePings, TestEnd);
        await Aftermath.AssertServedAsync(server);
    }

    [Fact]
    public async Task A_connection_that_reads_its_answers_may_make_any_number_of_calls()
    {
        await using var server = await StartAsync(static _ => { });
        using var client = await FrameClient.ConnectAsync(server);
        for (var stream = 1; stream < 20 * Calls; stream += 2)
        {
            await client.SendAsync(Frame.Call(stream, "Score"), Frame.Data(stream, Message, Frame.EndStream));
            var answer = await client.ReceiveUntilAsync(frame => frame.Stream == stream && (frame.Flags & Frame.EndStream) != 0);
            Assert.Equal(stream, answer[^1].Stream);
        }
    }

    [Fact]
    public async Task A_connection_is_cut_for_fewer_calls_than_there_were_before_that_held_less()
    {
        await using var server = await StartAsync(static _ => { });
        var held = server.Services.GetRequiredService<HeldMemory>();
        var limit = held.CallLimit;
        // Worth a look, and not too much.
        held.CallLimit = 6 * Calls * OpenCalls.BytesOfCall;
        var started = server.Services.GetRequiredService<ConnectionCutter>();
        using (var many = await FrameClient.ConnectAsync(server))
        {
            await many.SendAsync([.. Enumerable.Range(0, 5 * Calls).Select(i => Frame.Call(1 + (2 * i), "ScoreStream"))]);
            while (started.Calls < 5 * Calls)
            {
                await Task.Yield();
            }
        }

        await Eventually.IsAsync(() => started.Calls == 0 && started.HasFewCalls);
        held.CallLimit = limit;
        using var client = await FrameClient.ConnectAsync(server, (Frame.InitialWindowSize, 0));
        for (var stream = 1; stream < 2 * Calls; stream += 2)
        {
            byte[] call = [.. Frame.Call(stream, "Score").ToBytes(), .. Frame.Data(stream, Message, Frame.EndStream).ToBytes()];
            await client.FloodAsync(_ => call, times: 1);
            await client.ReceiveUntilAsync(frame => frame.Type == FrameType.Headers && frame.Stream == stream);
        }

        await client.ReceiveAllAsync().WaitAsync(BeforePings, TestEnd);
    }

    [Fact]
    public async Task What_comes_after_the_body_of_a_call_is_not_kept()
    {
        var kept = new TaskCompletionSource<int>();
        await using var server = await ScoringServer.StartAsync(builder => builder.Services.AddSingleton<IStartupFilter>(new Filter((http, call) =>
        {
            http.Response.OnCompleted(() =>
            {
                kept.TrySetResult(http.Features.Get<IHttpRequestTrailersFeature>()!.Trailers.Count);
                return Task.CompletedTask;
            });
            return call(http);
        })));
        using var client = await FrameClient.ConnectAsync(server);
        await client.SendAsync(
            Frame.Call(1, "Score"),
            Frame.Data(1, Message),
            new Frame(FrameType.Headers, Frame.EndHeaders | Frame.EndStream, 1, Frame.Field("trailer", new string('x', 100))));
        Assert.Equal(0, await kept.Task.WaitAsync(TestEnd));
    }

    [Fact]
    public async Task That_calls_cannot_be_counted_is_told_once()
    {
        await using var server = await ScoringServer.StartAsync();
        server.ExpectedLog = "This Kestrel is not the one the service was made for (Member 'OtherKestrel._context' not found.)";
        var calls = server.Services.GetRequiredService<OpenCalls>();
        calls.Enter(new ConnectionCalls(), new OtherKestrel());
        calls.Enter(new ConnectionCalls(), new OtherKestrel());
        Assert.Single(server.LogLines);
    }

    [Fact]
    public async Task Connections_are_cut_that_hold_little_each_and_too_much_together()
    {
        const int MostConnections = 2000, Most = 200_000;
        await using var server = await ScoringServer.StartAsync(
            $"--Scoring:Limits:BufferBytes={32 << 20}", $"--Scoring:Limits:ServerBytes={2 << 20}", $"--Scoring:Limits:MessageBytes={64 << 10}",
            $"--Scoring:Limits:IdleBufferBytes={1 << 20}");
        server.ExpectedLog = "A connection is cut";
        await Aftermath.AssertServedAsync(server);
        // Of a type that nobody knows, so that it is passed over once it is whole.
        var bytes = new Frame((FrameType)0x42, 0, 0, new byte[256 << 10]).ToBytes()[..Most];
        var clients = new List<FrameClient>();
        for (var i = 0; i < MostConnections && server.LogLines.Count == 0; i++)
        {
            try
            {
                var client = await FrameClient.ConnectAsync(server);
                clients.Add(client);
                await client.FloodAsync(_ => bytes, times: 1);
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                // While too much is held none is taken, which may be over before anything is cut: where it was this one's.
            }
        }

        // What has been sent may wait in the system's buffers for a server that has not come to read it yet.
        await Eventually.IsAsync(() => server.LogLines.Count > 0);
        clients.ForEach(client => client.Dispose());
        await Aftermath.AssertServedAsync(server);
    }

    /// <summary>Where calls may hold as much of their own as a few of them do.</summary>
    private static async Task<ScoringServer> StartAsync(Action<WebApplicationBuilder> configure, params string[] settings)
    {
        var server = await ScoringServer.StartAsync(configure, settings);
        server.ExpectedLog = "A connection is cut";
        server.Services.GetRequiredService<HeldMemory>().CallLimit = Calls / 2 * OpenCalls.BytesOfCall;
        return server;
    }

    private sealed class Filter(Func<HttpContext, RequestDelegate, Task> run) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(call => http => run(http, call));
            next(app);
        };
    }

    private sealed class OtherKestrel : IHttp2StreamIdFeature
    {
        public int StreamId => 1;
    }
}
