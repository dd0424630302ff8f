using System.Net;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Microsoft.AspNetCore.Http;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Calls;
using Scoring.V1;

namespace Scoring.FunctionalTests.Calls;

public sealed class CallStatusTests
{
    /// <summary>Twenty of them make a list of a few kilobytes.</summary>
    private static readonly string[] LongNames =
        [.. Enumerable.Range(10, 20).Select(number => $"--Scoring:Heads:{new string('h', 110)}{number}:Activation=softmax")];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refused_message_tells_its_error_and_the_field_at_fault_in_the_details_of_its_status()
    {
        await using var server = await ScoringServer.StartAsync();
        using var raw = new RawCalls(server);
        var request = new ScoreRequest { Classes = 2, Logits = { 1, 2 }, Outputs = { Output.TopK }, TopK = 5 };
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await raw.Generated.ScoreAsync(request, cancellationToken: TestEnd));

        var status = Details(refused);
        Assert.Equal((3, "top_k is 5; the rows have 2 classes"), (status.Code, status.Message));
        var error = status.Details[0].Unpack<Error>();
        Assert.Equal((status.Message, "top_k"), (error.Message, error.Field));
        var violation = Assert.Single(status.Details[1].Unpack<BadRequest>().FieldViolations);
        Assert.Equal((error.Field, error.Message), (violation.Field, violation.Description));
        Assert.Equal(2, status.Details.Count);
        Assert.Equal(error, Error.Parser.ParseFrom(refused.Trailers.GetValueBytes("scoring-error-bin")));
    }

    [Fact]
    public async Task A_call_that_may_come_again_is_told_when_in_the_details_of_its_status()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:ServerBytes=1048576", "--Scoring:Limits:MessageBytes=65536");
        using var raw = new RawCalls(server);
        using var held = new TakenRoom(server);
        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await raw.Generated.ScoreAsync(new ScoreRequest { Classes = 2, Logits = { 1, 2 } }, cancellationToken: TestEnd));
        held.Dispose();

        var status = Details(refused);
        Assert.Equal(StatusCode.ResourceExhausted, (StatusCode)status.Code);
        var error = status.Details[0].Unpack<Error>();
        Assert.Equal(TimeSpan.FromMilliseconds(error.RetryAfterMs), status.Details[1].Unpack<RetryInfo>().RetryDelay.ToTimeSpan());
        Assert.True(error.RetryAfterMs > 0);
    }

    [Theory]
    [InlineData("scoring.v1.ScoringService", "ScoreStream", StatusCode.InvalidArgument)]
    [InlineData("scoring.v1.ScoringService", "Evaluate", StatusCode.InvalidArgument)]
    [InlineData("inference.GRPCInferenceService", "ModelStreamInfer", StatusCode.InvalidArgument)]
    [InlineData("scoring.v1.ScoringService", "Guess", StatusCode.Unimplemented)]
    public async Task Whatever_ends_a_call_is_in_the_details_too(string service, string rpc, StatusCode expected)
    {
        await using var server = await ScoringServer.StartAsync();
        using var raw = new RawCalls(server);
        using var call = raw.Channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            new Method<byte[], byte[]>(
                MethodType.DuplexStreaming, service, rpc, RawCalls.Bytes, RawCalls.Bytes), null, new CallOptions(cancellationToken: TestEnd));
        await call.RequestStream.WriteAsync([0xff, 0xff, 0xff], TestEnd).ContinueWith(_ => { }, TaskScheduler.Default);
        var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestEnd));

        Assert.Equal(expected, ended.StatusCode);
        var status = Details(ended);
        Assert.Equal(((int)expected, ended.Status.Detail), (status.Code, status.Message));
        Assert.Equal(((uint)expected, status.Message), (status.Details[0].Unpack<Error>().Code, status.Details[0].Unpack<Error>().Message));
    }

    [Theory]
    [InlineData("999999999H")]
    [InlineData("123456789n")]
    [InlineData("5")]
    [InlineData("-1S")]
    [InlineData("1.5S")]
    [InlineData("1s")]
    [InlineData("S")]
    [InlineData("")]
    public async Task A_time_that_is_none_ends_a_call_with_what_is_wrong_with_it(string timeout)
    {
        await using var server = await ScoringServer.StartAsync();
        foreach (var path in new[] { "scoring.v1.ScoringService/Score", "scoring.v1.ScoringService/ScoreStream", "grpc.health.v1.Health/Check" })
        {
            Assert.Equal(
                ("3", $"grpc-timeout is '{timeout}'; it must be 1 to 8 digits and a unit, H, M, S, m, u or n"),
                await StatusOfAsync(server, path, timeout));
        }
    }

    [Theory]
    [InlineData("99999999H")]
    [InlineData("99999999n")]
    [InlineData("00000010S")]
    public async Task A_time_is_taken_that_gRPC_allows(string timeout)
    {
        await using var server = await ScoringServer.StartAsync();
        Assert.Equal("0", (await StatusOfAsync(server, "grpc.health.v1.Health/Check", timeout)).Code);
    }

    [Fact]
    public async Task A_stream_whose_time_is_over_at_any_moment_ends_with_that_and_leaves_nothing_in_the_log()
    {
        await using var server = await ScoringServer.StartAsync();
        // Long in the kernels, where its time is over.
        var message = new ScoreRequest { Classes = 1000, Outputs = { Output.TopK }, TopK = 1000 };
        message.Logits.AddRange(Enumerable.Range(0, 200_000).Select(i => MathF.Sin(i)));
        var body = Enumerable.Repeat(RawCalls.Frame(message.ToByteArray()), 5).SelectMany(frame => frame).ToArray();
        for (var milliseconds = 1; milliseconds <= 121; milliseconds += 3)
        {
            try
            {
                var (code, text) = await StatusOfAsync(server, "scoring.v1.ScoringService/ScoreStream", $"{milliseconds}m", body);
                Assert.True(code is "4" or "0", $"{code}: {text}");
            }
            catch (Exception reset) when (reset is HttpRequestException or HttpIOException or HttpProtocolException)
            {
                // gRPC resets the stream as well, which this client may see first.
            }
        }

        Assert.Empty(server.LogLines);
    }

    [Fact]
    public async Task A_client_of_gRPC_Web_reads_the_same_details()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        var options = new GrpcChannelOptions { HttpHandler = new GrpcWebHandler(new HttpClientHandler()), HttpVersion = HttpVersion.Version11 };
        using var channel = GrpcChannel.ForAddress(server.HttpAddress, options);
        var request = new ScoreRequest { Classes = 2, Logits = { 1, float.NaN } };
        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await new ScoringService.ScoringServiceClient(channel).ScoreAsync(request, cancellationToken: TestEnd));
        Assert.Equal("logits", Details(refused).Details[1].Unpack<BadRequest>().FieldViolations.Single().Field);
    }

    [Fact]
    public async Task A_list_of_long_names_is_cut_in_a_status_and_in_an_answer_with_how_much_is_left_out()
    {
        await using var server = await ScoringServer.StartAsync(LongNames);
        using var raw = new RawCalls(server);
        var request = new ScoreRequest { Head = "nobody", Classes = 2, Logits = { 1, 2 } };
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await raw.Generated.ScoreAsync(request, cancellationToken: TestEnd));
        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
        Assert.Matches("^head 'nobody' is not configured; there are h+10, .*h… and [0-9],[0-9]{3} characters more$", refused.Status.Detail);
        Assert.InRange(
            StatusText.Encode(refused.Status.Detail).Length + refused.Trailers.Where(
                trailer => trailer.IsBinary).Sum(trailer => Base64Length(trailer.ValueBytes)),
            2000,
            StatusText.MaxStatusBytes);

        using var stream = raw.Stream();
        await stream.RequestStream.WriteAsync(request.ToByteArray(), TestEnd);
        Assert.True(await stream.ResponseStream.MoveNext(TestEnd));
        Assert.Equal(refused.Status.Detail, ScoreResponse.Parser.ParseFrom(stream.ResponseStream.Current).Error.Message);
        await stream.RequestStream.CompleteAsync();
        Assert.False(await stream.ResponseStream.MoveNext(TestEnd));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("%")]
    [InlineData("é")]
    [InlineData("世")]
    [InlineData("😀")]
    public void Text_and_details_of_a_status_stay_within_their_bound_whatever_the_text_is_made_of(string piece)
    {
        for (var pieces = 1; pieces < 100_000; pieces += 1 + (pieces / 9))
        {
            var text = string.Concat(Enumerable.Repeat(piece, pieces));
            var response = new DefaultHttpContext().Response;
            var error = new Error
            {
                Code = 3,
                Message = text,
                Row = uint.MaxValue,
                Column = uint.MaxValue,
                RetryAfterMs = uint.MaxValue,
                Field = "inputs[0].raw_input_contents"
            };
            response.Headers["grpc-status"] = "3";
            response.Headers["grpc-message"] = StatusText.Encode(text);
            response.Headers["scoring-error-bin"] = Convert.ToBase64String(error.ToByteArray());
            CallStatus.Complete(response);

            var sent = response.Headers.Sum(header => header.Key.Length + header.Value.ToString().Length);
            Assert.True(sent <= StatusText.MaxStatusBytes, $"{sent} bytes of {pieces} × {piece}");
            var message = Uri.UnescapeDataString(response.Headers["grpc-message"].ToString());
            Assert.True(message == text || message.EndsWith(" characters more", StringComparison.Ordinal), message);
            Assert.True(message == text || sent > StatusText.MaxStatusBytes / 2, $"only {sent} bytes of {pieces} × {piece}");
        }
    }

    [Fact]
    public void What_was_cut_to_fit_is_not_cut_again()
    {
        var once = ScoringErrors.InvalidArgument(new string('世', 5000)).Message;
        Assert.NotEqual(5000, once.Length);
        Assert.Equal(once, StatusText.Fit(once));
    }

    private static Google.Rpc.Status Details(RpcException exception) =>
        Google.Rpc.Status.Parser.ParseFrom(exception.Trailers.GetValueBytes("grpc-status-details-bin"));

    private static async Task<(string Code, string Message)> StatusOfAsync(ScoringServer server, string path, string timeout, byte[]? body = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.Address}/{path}");
        request.Content = new ByteArrayContent(body ?? new byte[5]);
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        request.Headers.TryAddWithoutValidation("grpc-timeout", timeout);
        request.Headers.TryAddWithoutValidation("te", "trailers");
        using var answer = await client.SendAsync(request, TestEnd);
        await answer.Content.ReadAsByteArrayAsync(TestEnd);
        var headers = answer.TrailingHeaders.Concat(answer.Headers).ToDictionary(header => header.Key, header => header.Value.Single());
        return (headers["grpc-status"], Uri.UnescapeDataString(headers.GetValueOrDefault("grpc-message", string.Empty)));
    }

    private static int Base64Length(byte[] bytes) => (bytes.Length + 2) / 3 * 4;
}
