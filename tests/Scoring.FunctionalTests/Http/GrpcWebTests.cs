using System.Buffers.Binary;
using System.Net;
using System.Text;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Microsoft.Extensions.DependencyInjection;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Memory;
using Scoring.V1;

namespace Scoring.FunctionalTests.Http;

public sealed class GrpcWebTests
{
    private const string Origin = "https://app.example.com";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task Unary_calls_are_answered(GrpcWebMode mode)
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        using var channel = Channel(server, mode);
        var client = new ScoringService.ScoringServiceClient(channel);
        var answer = await client.ScoreAsync(new ScoreRequest { Classes = 3, Logits = { 1, 2, 3 } }, cancellationToken: TestEnd);
        Reference.AssertClose(Reference.SoftmaxOf([1, 2, 3]), [.. answer.Scores]);

        var list = await client.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd);
        Assert.Equal(["linear", "log_softmax", "sigmoid", "softmax"], list.Heads.Select(head => head.Name));
    }

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task A_refused_message_says_what_was_wrong_and_where(GrpcWebMode mode)
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        using var channel = Channel(server, mode);
        var request = new ScoreRequest { Classes = 2, Logits = { 1, 2, 3, float.NaN } };
        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await new ScoringService.ScoringServiceClient(channel).ScoreAsync(request, cancellationToken: TestEnd));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Equal("row 1, column 1: the logit is NaN, which has no score", refused.Status.Detail);
        var error = Error.Parser.ParseFrom(refused.Trailers.GetValueBytes("scoring-error-bin"));
        Assert.Equal((1u, 1u), (error.Row, error.Column));
    }

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task A_stream_from_the_server_is_read_while_it_goes_on(GrpcWebMode mode)
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        using var channel = Channel(server, mode);
        using var watch = new Health.HealthClient(channel).Watch(new HealthCheckRequest { Service = "readiness" }, cancellationToken: TestEnd);
        Assert.True(await watch.ResponseStream.MoveNext(TestEnd));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, watch.ResponseStream.Current.Status);

        var stopped = server.StopAsync();
        Assert.True(await watch.ResponseStream.MoveNext(TestEnd));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, watch.ResponseStream.Current.Status);
        await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(TestEnd));
        await stopped;
    }

    [Fact]
    public async Task Messages_that_come_in_one_body_are_answered_in_order_as_a_stream()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        using var client = new HttpClient();
        byte[] body = [.. RawCalls.Frame(
            RawCalls.Message(2, 1, 1)), .. RawCalls.Frame(RawCalls.Message(2, 1, float.NaN)), .. RawCalls.Frame(RawCalls.Message(2, 3, 3))];
        var frames = await PostAsync(client, server, body);

        Assert.Equal([0, 0, 0, 0x80], frames.Select(frame => frame.Flags));
        var answers = frames[..3].Select(frame => ScoreResponse.Parser.ParseFrom(frame.Content)).ToArray();
        Assert.Equal([0.5f, 0.5f], answers[0].Scores);
        Assert.Equal("row 0, column 1: the logit is NaN, which has no score", answers[1].Error.Message);
        Assert.Equal([0.5f, 0.5f], answers[2].Scores);
        Assert.Contains("grpc-status: 0", Encoding.ASCII.GetString(frames[3].Content), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// The second message is cut before it, in its header and in its middle, where a group of four characters ends and where none does. The text is
    /// one, or one for each message.
    /// </summary>
    [Theory]
    [InlineData(24, false)]
    [InlineData(27, false)]
    [InlineData(2402, false)]
    [InlineData(24, true)]
    [InlineData(27, true)]
    [InlineData(2404, true)]
    public async Task A_stream_in_text_that_comes_in_pieces_is_answered_as_it_comes(int cut, bool isTextEach)
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        byte[][] messages =
        [
            RawCalls.Frame(RawCalls.Message(2, 1, 1)), RawCalls.Frame(RawCalls.Message(100_000, new float[100_000])),
            RawCalls.Frame(RawCalls.Message(3, 3, 3, 3)),
        ];
        var text = isTextEach
            ? string.Concat(messages.Select(Convert.ToBase64String))
            : Convert.ToBase64String([.. messages.SelectMany(bytes => bytes)]);
        using var call = await WebCall.StartAsync(server, "scoring.v1.ScoringService/ScoreStream", "application/grpc-web-text", text.Length);
        await call.SendAsync(text[..cut]);
        Assert.Equal([0.5f, 0.5f], ScoreResponse.Parser.ParseFrom((await call.ReadFrameAsync()).Content).Scores);
        await call.SendAsync(text[cut..100_000]);
        await call.SendAsync(text[100_000..]);
        Assert.Equal(100_000, ScoreResponse.Parser.ParseFrom((await call.ReadFrameAsync()).Content).Scores.Count);
        Assert.Equal(3, ScoreResponse.Parser.ParseFrom((await call.ReadFrameAsync()).Content).Scores.Count);
        var end = await call.ReadFrameAsync();
        Assert.Equal(0x80, end.Flags);
        Assert.Contains("grpc-status: 0", Encoding.ASCII.GetString(end.Content), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Kestrel then reads what is left of the body, and would log that somebody else still did.</summary>
    [Theory]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web-text")]
    public async Task A_stream_that_the_service_ends_while_it_waits_leaves_no_fault_behind(string contentType)
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0", "--Scoring:Limits:FirstMessageMs=100");
        using var call = await WebCall.StartAsync(server, "scoring.v1.ScoringService/ScoreStream", contentType, 4096);
        await call.SendAsync("AAAA");
        Assert.Contains("grpc-status: 14\n", await call.ReadHeadAsync(), StringComparison.OrdinalIgnoreCase);
        // So that Kestrel is done with the call.
        await call.SendAsync(new string('A', 4092));
        await call.StartAgainAsync();
        Assert.Contains("grpc-status: 14\n", await call.ReadHeadAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web-text")]
    public async Task A_stream_that_the_service_ends_while_it_has_no_room_leaves_no_fault_behind(string contentType)
    {
        await using var server = await ScoringServer.StartAsync(
            "--Scoring:Listen:HttpPort=0", "--Scoring:Limits:ServerBytes=1048576", "--Scoring:Limits:MessageBytes=65536");
        using var held = new TakenRoom(server);
        using var call = await WebCall.StartAsync(server, "scoring.v1.ScoringService/ScoreStream", contentType, 4096);
        await call.SendAsync("AAAA");
        var memory = server.Services.GetRequiredService<ServerMemory>();
        await Eventually.IsAsync(() => memory.IsWaitedFor);

        var stopped = server.StopAsync();
        Assert.Contains("grpc-status: 14\n", await call.ReadHeadAsync(), StringComparison.OrdinalIgnoreCase);
        held.Dispose();
        call.Dispose();
        await stopped;
    }

    [Fact]
    public async Task A_stream_in_text_is_answered_up_to_what_is_no_base64_and_the_connection_serves_on()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        var text = Convert.ToBase64String(RawCalls.Frame(RawCalls.Message(2, 1, 1))) + "AAAAAAA?AAAA";
        using var call = await WebCall.StartAsync(server, "scoring.v1.ScoringService/ScoreStream", "application/grpc-web-text", text.Length);
        for (var i = 0; i < 2; i++)
        {
            await call.SendAsync(text);
            Assert.Equal([0.5f, 0.5f], ScoreResponse.Parser.ParseFrom((await call.ReadFrameAsync()).Content).Scores);
            var end = Encoding.ASCII.GetString((await call.ReadFrameAsync()).Content);
            Assert.Contains("grpc-status: 3", end, StringComparison.OrdinalIgnoreCase);
            Assert.Contains($"the body is no base64, as application/grpc-web-text is: byte {text.Length - 5} is 0x3F", end, StringComparison.Ordinal);
            await call.StartAgainAsync();
        }
    }

    [Fact]
    public async Task A_stream_that_is_broken_ends_with_its_status_and_the_connection_serves_on()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        using var client = new HttpClient();
        for (var i = 0; i < 2; i++)
        {
            byte[] body = [.. RawCalls.Frame(RawCalls.Message(2, 1, 1)), .. RawCalls.Frame([0xff]), .. RawCalls.Frame(RawCalls.Message(2, 3, 3))];
            var frames = await PostAsync(client, server, body);
            Assert.Equal([0, 0x80], frames.Select(frame => frame.Flags));
            Assert.Contains("grpc-status: 3", Encoding.ASCII.GetString(frames[1].Content), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Evaluation_of_messages_that_come_in_one_body_is_answered()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        using var channel = Channel(server, GrpcWebMode.GrpcWeb);
        using var call = new ScoringService.ScoringServiceClient(channel).Evaluate(cancellationToken: TestEnd);
        await call.RequestStream.WriteAsync(new EvaluateRequest { Classes = 2, Logits = { 1, 3, 3, 1 }, Targets = { 1, 1 } }, TestEnd);
        await call.RequestStream.CompleteAsync();
        Assert.Equal(0.5, (await call.ResponseAsync).ClassMetrics.Accuracy);
    }

    [Theory]
    [InlineData(Origin, true, Origin)]
    [InlineData("*", true, "*")]
    [InlineData("https://other.example.com", false, null)]
    [InlineData(null, false, null)]
    public async Task A_page_may_call_where_its_origin_is_named(string? configured, bool isAllowed, string? answered)
    {
        await using var server = await ScoringServer.StartAsync(
            ["--Scoring:Listen:HttpPort=0", .. configured is null ? Array.Empty<string>() : [$"--Scoring:Http:Origins:0={configured}"]]);
        using var client = new HttpClient();
        using var preflight = new HttpRequestMessage(HttpMethod.Options, $"{server.HttpAddress}/scoring.v1.ScoringService/Score");
        preflight.Headers.Add("Origin", Origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type,x-grpc-web");
        using var permission = await client.SendAsync(preflight, TestEnd);
        Assert.Equal(answered, Header(permission, "Access-Control-Allow-Origin"));
        Assert.Equal(isAllowed, Header(permission, "Access-Control-Allow-Headers")?.Contains("x-grpc-web", StringComparison.Ordinal) ?? false);

        using var get = new HttpRequestMessage(HttpMethod.Get, $"{server.HttpAddress}/v1/heads");
        get.Headers.Add("Origin", Origin);
        using var answer = await client.SendAsync(get, TestEnd);
        Assert.Equal(answered, Header(answer, "Access-Control-Allow-Origin"));
        var exposed = Header(answer, "Access-Control-Expose-Headers")?.Split(',') ?? [];
        Assert.Equal(isAllowed, exposed.Intersect(["grpc-status", "grpc-message", "scoring-error-bin"]).Count() == 3);
    }

    [Fact]
    public async Task Without_the_setting_there_is_no_such_port()
    {
        await using var server = await ScoringServer.StartAsync();
        Assert.Throws<InvalidOperationException>(() => server.HttpAddress);
    }

    private static GrpcChannel Channel(ScoringServer server, GrpcWebMode mode) =>
        GrpcChannel.ForAddress(
        server.HttpAddress,
        new GrpcChannelOptions
        {
            HttpHandler = new GrpcWebHandler(
            mode, new HttpClientHandler()),
            HttpVersion = HttpVersion.Version11,
            DisposeHttpClient = true
        });

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    /// <summary>Posts a stream in one body, and tells the frames of its answer.</summary>
    private static async Task<List<(byte Flags, byte[] Content)>> PostAsync(HttpClient client, ScoringServer server, byte[] body)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, $"{server.HttpAddress}/scoring.v1.ScoringService/ScoreStream")
        { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc-web+proto");
        using var response = await client.SendAsync(request, TestEnd);
        return Frames(await response.Content.ReadAsByteArrayAsync(TestEnd));
    }

    private static List<(byte Flags, byte[] Content)> Frames(byte[] body)
    {
        var frames = new List<(byte, byte[])>();
        for (var rest = body; rest.Length > 0;)
        {
            var end = 5 + BinaryPrimitives.ReadInt32BigEndian(rest.AsSpan(1));
            frames.Add((rest[0], rest[5..end]));
            rest = rest[end..];
        }

        return frames;
    }
}
