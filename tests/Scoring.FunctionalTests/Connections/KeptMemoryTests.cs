using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Infrastructure.Http2;
using Scoring.Service.Memory;
using Scoring.Service.Security;

namespace Scoring.FunctionalTests.Connections;

/// <summary>Calls of one message that keep memory for a client which does not go on, while others are refused for want of it.</summary>
public sealed class KeptMemoryTests
{
    private static readonly string[] Small =
    [
        "--Scoring:Listen:HttpPort=0", "--Scoring:Limits:ServerBytes=2097152", "--Scoring:Limits:MessageBytes=1048576",
        "--Scoring:Limits:CrowdedMs=1000",
    ];

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Score")]
    [InlineData("ListHeads")]
    public async Task A_message_of_gRPC_that_does_not_come_whole_gives_way(string rpc)
    {
        await using var server = await ScoringServer.StartAsync(_time, Small);
        var memory = server.Services.GetRequiredService<ServerMemory>();
        using var client = await FrameClient.ConnectAsync(server);
        await client.BeginMessageAsync(1, 800_000, rpc);
        await client.BeginMessageAsync(3, 800_000, rpc);
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 1_600_000);

        var refused = await BeginRefusedAsync(server);
        Assert.Contains("the messages in flight hold 1600000 bytes", refused, StringComparison.Ordinal);
        var ended = client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 1 or 3 });
        await AdvanceUntilAsync(() => ended.IsCompleted && memory.Unfinished.Bytes == 0);
        Assert.Contains("a message did not come whole for 1000 ms while others waited for memory", Text((await ended)[^1]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MessagesPerSecond")]
    [InlineData("RowsPerSecond")]
    public async Task A_caller_that_is_held_back_by_its_rate_keeps_nothing_meanwhile(string limit)
    {
        await using var server = await ScoringServer.StartAsync(
            _time, [.. Small, $"--Scoring:RateLimits:{limit}=0.001", "--Scoring:RateLimits:BurstSeconds=1000"]);
        var account = server.Services.GetRequiredService<CallerLimits>().Of(Caller.Anyone.Name)!;
        Assert.Null(account.TakeMessage() ?? account.TakeRows(1));
        var memory = server.Services.GetRequiredService<ServerMemory>();
        using var client = await FrameClient.ConnectAsync(server);
        var message = RawCalls.Frame(Evaluations.Message("softmax", 100_000, new float[200_000], [0, 1]).ToByteArray());
        await client.SendAsync(Frame.Call(1, "Evaluate"), Frame.Data(1, message[..1000]));
        await Eventually.IsAsync(() => memory.Unfinished.Bytes == message.Length - 5);
        foreach (var part in message[1000..].Chunk(16 << 10))
        {
            Assert.True(await client.TrySendDataAsync(1, part));
        }

        await Eventually.IsAsync(() => memory.Unfinished.Bytes == 0 && server.Pool.Buffers.RentedBytes == 0);
        await client.SendAsync(Frame.Reset(1));
    }

    [Fact]
    public async Task A_message_of_gRPC_after_which_the_call_is_not_ended_gives_way()
    {
        await using var server = await ScoringServer.StartAsync(_time, Small);
        using var client = await FrameClient.ConnectAsync(server);
        var memory = server.Services.GetRequiredService<ServerMemory>();
        var message = RawCalls.Frame(RawCalls.Message(200_000, new float[200_000]));
        var sent = 0;
        foreach (var stream in new[] { 1, 3 })
        {
            await client.SendAsync(Frame.Call(stream, "Score"));
            foreach (var part in message.Chunk(16 << 10))
            {
                Assert.True(await client.TrySendDataAsync(stream, part));
            }

            // While it is taken over it counts twice, and then there is no room for another.
            sent += message.Length;
            await Eventually.IsAsync(() => server.Pool.Buffers.RentedBytes + 1000 > sent && memory.Unfinished.Bytes == 0);
        }

        await BeginRefusedAsync(server);
        await AdvanceUntilAsync(() => server.Pool.Buffers.RentedBytes == 0);
    }

    [Fact]
    public async Task A_body_of_JSON_that_does_not_come_whole_gives_way()
    {
        await using var server = await ScoringServer.StartAsync(_time, Small);
        using var first = await PostAsync(server, new byte[800_000], length: 900_000);
        using var second = await PostAsync(server, new byte[800_000], length: 900_000);
        await Eventually.IsAsync(() => server.Pool.Buffers.RentedBytes > 1_800_000);

        await BeginRefusedAsync(server);
        var answer = new byte[1000];
        var answered = first.GetStream().ReadAsync(answer, TestEnd).AsTask();
        await AdvanceUntilAsync(() => answered.IsCompleted && server.Pool.Buffers.RentedBytes == 0);
        var text = Encoding.ASCII.GetString(answer, 0, await answered);
        Assert.StartsWith("HTTP/1.1 503", text, StringComparison.Ordinal);
        Assert.Contains("a message did not come whole for 1000 ms", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_JSON_takes_no_memory_for_what_is_not_here()
    {
        await using var server = await ScoringServer.StartAsync(_time, Small);
        using var client = await PostAsync(server, new byte[1000], length: 1_000_000);
        await Eventually.IsAsync(() => server.Pool.Buffers.RentedBytes > 0);
        Assert.InRange(server.Pool.Buffers.RentedBytes, 1000, 2000);
    }

    [Fact]
    public async Task An_answer_in_JSON_that_is_not_read_gives_way()
    {
        await using var server = await ScoringServer.StartAsync(
            _time, "--Scoring:Listen:HttpPort=0", "--Scoring:Limits:ServerBytes=8388608", "--Scoring:Limits:MessageBytes=4194304",
            "--Scoring:Limits:CrowdedMs=1000");
        var memory = server.Services.GetRequiredService<ServerMemory>();
        // More than all buffers of sockets take: 0.14285715 for each.
        var body = Encoding.ASCII.GetBytes("{\"classes\":7,\"logits\":[1" + string.Concat(Enumerable.Repeat(",1", (7 * 140_000) - 1)) + "]}");
        using var client = await PostAsync(server, body, body.Length);
        await Eventually.IsAsync(() => memory.Unfinished.Bytes > 0);

        using var other = await FrameClient.ConnectAsync(server);
        await other.BeginMessageAsync(1, 3_000_000, "ScoreStream");
        await AdvanceUntilAsync(() => memory.Unfinished.Bytes == 3_000_000 && server.Pool.Buffers.RentedBytes == 0);
    }

    [Fact]
    public async Task An_answer_that_tells_many_labels_counts_where_it_is_not_read_and_keeps_nobody_waiting()
    {
        using var folder = new TemporaryFolder();
        var labels = folder.Write("labels.txt", string.Join('\n', Enumerable.Range(0, 50_000).Select(label => $"{label:d200}")));
        await using var server = await ScoringServer.StartAsync(
            _time, [.. Small, "--Scoring:Heads:wide:activation=softmax", $"--Scoring:Heads:wide:labelsFile={labels}"]);
        var (held, memory) = (server.Services.GetRequiredService<HeldMemory>(), server.Services.GetRequiredService<ServerMemory>());
        using var client = await SendAsync(server, "GET /v1/heads?withClasses=true HTTP/1.1\r\nHost: scoring\r\n\r\n"u8.ToArray());
        // Ten million characters, several times over, less what the sockets have.
        await Eventually.IsAsync(() => held.Bytes > 5_000_000);

        using var http = new HttpClient { BaseAddress = new Uri(server.HttpAddress) };
        Assert.Contains($"{49_999:d200}", await http.GetStringAsync("/v1/heads?withClasses=true", TestEnd), StringComparison.Ordinal);
        await Eventually.IsAsync(() => memory.Answers.Bytes == 0);
        Assert.InRange(held.Bytes, 5_000_000, 60_000_000);
        client.Dispose();
        await Eventually.IsAsync(() => held.Bytes < 1_000_000);
    }

    /// <summary>What a call is told for whose message there is no room.</summary>
    private static async Task<string> BeginRefusedAsync(ScoringServer server)
    {
        using var client = await FrameClient.ConnectAsync(server);
        await client.BeginMessageAsync(1, 800_000, "Score");
        return Text((await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Headers, Stream: 1 }))[^1]);
    }

    /// <summary>A client that has sent so much of a body, and reads nothing.</summary>
    private static async Task<TcpClient> PostAsync(ScoringServer server, byte[] bytes, int length)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"POST /v1/score HTTP/1.1\r\nHost: scoring\r\nContent-Length: {length}\r\n\r\n");
        return await SendAsync(server, [.. Encoding.ASCII.GetBytes(head), .. bytes]);
    }

    private static async Task<TcpClient> SendAsync(ScoringServer server, byte[] bytes)
    {
        var address = new Uri(server.HttpAddress);
        var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(address.Host, address.Port, TestEnd);
        await client.GetStream().WriteAsync(bytes, TestEnd);
        return client;
    }

    private static string Text(Frame frame) => Uri.UnescapeDataString(Encoding.ASCII.GetString(frame.Payload));

    /// <summary>Waits for what needs no time of the service's: what was sent has come.</summary>
    private Task AdvanceUntilAsync(Func<bool> isSo) => Eventually.IsAsync(() =>
    {
        _time.Advance(TimeSpan.FromMilliseconds(250));
        return isSo();
    });
}
