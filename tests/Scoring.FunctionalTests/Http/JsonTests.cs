using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Settings;
using Scoring.V1;

namespace Scoring.FunctionalTests.Http;

public sealed class JsonTests
{
    private static readonly string[] Settings =
    [
        "--Scoring:Listen:HttpPort=0",
        "--Scoring:Heads:pets:Activation=softmax", "--Scoring:Heads:pets:Labels:0=cat", "--Scoring:Heads:pets:Labels:1=dog", "--Scoring:Heads:pets:Temperature=2",
    ];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task A_configured_head_scores_rows(string contentType)
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        var (status, answer) = await PostAsync(server, """{ "id": "18446744073709551615", "head": "pets", "logits": [1, 3, 0.5, 0.5] }""", contentType);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("18446744073709551615", answer.GetProperty("id").GetString());
        Assert.Equal((2, 2), (answer.GetProperty("rows").GetInt32(), answer.GetProperty("classes").GetInt32()));
        Reference.AssertClose(Reference.Softmax([0.5f, 1.5f]), Floats(answer, "scores").AsSpan(0, 2));
        Reference.AssertClose([0.5, 0.5], Floats(answer, "scores").AsSpan(2));
        Assert.Equal("1", answer.GetProperty("receipt").GetProperty("headRevision").GetString());
    }

    [Fact]
    public async Task Outputs_are_asked_for_by_name()
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        var (status, answer) = await PostAsync(server, """{ "head": "pets", "logits": [1, 3], "outputs": ["OUTPUT_TOP_K", "OUTPUT_LABELS"], "topK": 2, "temperature": 1 }""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([1, 0], answer.GetProperty("topIndices").EnumerateArray().Select(index => index.GetInt32()));
        Assert.Equal(["dog", "cat"], answer.GetProperty("topLabels").EnumerateArray().Select(label => label.GetString()));
        Reference.AssertClose(Reference.Softmax([3, 1]), Floats(answer, "topScores"));
        Assert.False(answer.TryGetProperty("scores", out _));
    }

    [Fact]
    public async Task The_heads_are_listed()
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        using var client = new HttpClient();
        using var answer = JsonDocument.Parse(await client.GetStringAsync($"{server.HttpAddress}/v1/heads", TestEnd));
        Assert.Equal(
            ["linear", "log_softmax", "pets", "sigmoid", "softmax"], answer.RootElement.GetProperty("heads").EnumerateArray().Select(head => head.GetProperty("name").GetString()));
        Assert.Equal(16 << 20, answer.RootElement.GetProperty("limits").GetProperty("messageBytes").GetInt32());
    }

    [Fact]
    public async Task A_row_without_a_score_is_refused_with_its_place_in_words_and_in_numbers()
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        var (status, answer) = await PostAsync(server, """{ "id": 5, "head": "pets", "logits": [1, 3, 2, "NaN"] }""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(3, answer.GetProperty("code").GetInt32());
        Assert.Equal("row 1, column 1: the logit is NaN, which has no score", answer.GetProperty("message").GetString());
        var detail = answer.GetProperty("details")[0];
        Assert.Equal("type.googleapis.com/scoring.v1.Error", detail.GetProperty("@type").GetString());
        Assert.Equal((1, 1), (detail.GetProperty("row").GetInt32(), detail.GetProperty("column").GetInt32()));
    }

    [Fact]
    public async Task A_mask_and_a_row_set_aside_go_through()
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        var (status, answer) = await PostAsync(server, """{ "head": "pets", "logits": ["-Infinity", 3, 2, "NaN"], "nonFinite": "NON_FINITE_FLAG" }""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([0, 1, 0, 0], Floats(answer, "scores"));
        Assert.Equal(1, answer.GetProperty("invalidRows")[0].GetInt32());
    }

    [Fact]
    public async Task A_head_that_is_not_there_is_not_found()
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        var (status, answer) = await PostAsync(server, """{ "head": "nobody", "logits": [1, 3] }""");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal(5, answer.GetProperty("code").GetInt32());
        Assert.Equal(
            "head 'nobody' is not configured; there are linear, log_softmax, pets, sigmoid, softmax", answer.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("", "the body is no JSON: it is empty")]
    [InlineData("""{ "logits": [1, NaN] }""", "the body is no JSON: 'N' is out of place at line 1, byte 17")]
    [InlineData("""{ "logits": [1, 2] """, "the body is no JSON: it ends at line 1, byte 20, before it is complete")]
    [InlineData("\n{\r\n \"head\": \"ä\nö\" }", "the body is no JSON: the byte 0x0a is out of place at line 3, byte 13")]
    [InlineData("[1, 2]", "the body begins with [1, 2]; it must be an object")]
    [InlineData("""{ "logit": [1, 2] }""", "there is no field 'logit'; ScoreRequest has id, head, classes, logits,")]
    [InlineData("""{ "logits": 1 }""", "logits is 1; it must be a list")]
    [InlineData("""{ "logits": [[1, 2], [3, 4]] }""", "logits[0] is a list; it must be a number of single precision, \"NaN\", \"Infinity\" or \"-Infinity\"")]
    [InlineData("""{ "logits": [1, "two"] }""", "logits[1] is \"two\"; it must be a number of single precision, ")]
    [InlineData("""{ "logits": [1, null] }""", "logits[1] is null; it must be a number of single precision, ")]
    [InlineData("""{ "logits": [1, 2, 3, 1e39] }""", "logits[3] is 1e39; it must be a number of single precision, ")]
    [InlineData("""{ "logits": ["nan"] }""", "logits[0] is \"nan\"; it must be a number of single precision, ")]
    [InlineData("""{ "logits": [" 1"] }""", "logits[0] is \" 1\"; it must be a number of single precision, ")]
    [InlineData("""{ "logits": ["\u0031"] }""", "logits[0] is \"\\u0031\"; it must be a number of single precision, ")]
    [InlineData("""{ "logits": [1], "logits": [2] }""", "logits is there twice")]
    [InlineData("""{ "topK": 1, "top_k": 1 }""", "topK is there twice")]
    [InlineData("""{ "logits": [1] } true""", "the body is no JSON: 't' is out of place at line 1, byte 19")]
    [InlineData("""{ "targets": [0, 1.5] }""", "targets[1] is 1.5; it must be a whole number from 0 to 4294967295")]
    [InlineData("""{ "targets": [0, "-1"] }""", "targets[1] is \"-1\"; it must be a whole number from 0 to 4294967295")]
    [InlineData("""{ "classes": 4294967296 }""", "classes is 4294967296; it must be a whole number from 0 to 4294967295")]
    [InlineData("""{ "classes": "" }""", "classes is \"\"; it must be a whole number from 0 to 4294967295")]
    [InlineData("""{ "id": 18446744073709551616 }""", "id is 18446744073709551616; it must be a whole number from 0 to 18446744073709551615")]
    [InlineData("""{ "data": "AAA*" }""", "data is \"AAA*\"; it must be a string of base64")]
    [InlineData("""{ "data": "AAAAA" }""", "data is \"AAAAA\"; it must be a string of base64")]
    [InlineData("""{ "data": [0, 0] }""", "data is a list; it must be a string of base64")]
    [InlineData("""{ "dataType": "fp8" }""", "dataType is \"fp8\"; it must be one of fp32, fp16, bf16, fp64")]
    [InlineData("""{ "dataType": 9, "classes": 1 }""", "data_type is 9, which is not one of 0 (FP32), 1 (FP16), 2 (BF16), 3 (FP64)")]
    [InlineData("""{ "outputs": [77], "classes": 1 }""", "outputs names 77, which this service does not know; it knows 0 to 6")]
    [InlineData("""{ "nonFinite": "ignore" }""", "nonFinite is \"ignore\"; it must be one of reject, flag, propagate")]
    [InlineData("""{ "targetLabels": ["a", 1] }""", "targetLabels[1] is 1; it must be a string")]
    [InlineData("""{ "head": "\ud800" }""", "head is no text: it has a part of a character")]
    [InlineData("""{ "\udc00": 1 }""", "the name of a field is no text: it has a part of a character")]
    [InlineData("""{ "head": 1 }""", "head is 1; it must be a string")]
    [InlineData("""{ "classes": {} }""", "classes is an object; it must be a whole number from 0 to 4294967295")]
    [InlineData("""{ "outputs": ["scores", "TOPK"] }""", "outputs[1] is \"TOPK\"; it must be one of scores, top_k, decisions, log_sum_exp, entropy, loss, labels")]
    public async Task A_bad_body_is_refused_with_what_is_wrong_with_it(string body, string message)
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        var (status, answer) = await PostAsync(server, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(3, answer.GetProperty("code").GetInt32());
        Assert.StartsWith(message, answer.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "#": 1 }""", "there is no field 'x")]
    [InlineData("""{ "outputs": ["#"] }""", "outputs[0] is \"x")]
    [InlineData("""{ "classes": "#" }""", "classes is \"x")]
    [InlineData("""{ "head": "#", "logits": [1, 2] }""", "head has more than 256 characters")]
    public async Task A_long_text_in_a_body_is_not_echoed(string body, string message)
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        var (_, answer) = await PostAsync(server, body.Replace("#", new string('x', 1_000_000), StringComparison.Ordinal));
        Assert.StartsWith(message, answer.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.InRange(answer.GetRawText().Length, 0, 2000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_refused_and_one_at_the_limit_is_not(bool isLengthTold)
    {
        await using var server = await ScoringServer.StartAsync([.. Settings, "--Scoring:Limits:MessageBytes=65536"]);
        var body = """{ "head": "pets", "logits": [1, 3] }""".PadRight(65536);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, body, isLengthTold: isLengthTold)).Status);

        var (status, answer) = await PostAsync(server, body + " ", isLengthTold: isLengthTold);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal(8, answer.GetProperty("code").GetInt32());
        Assert.Equal(
            isLengthTold ? "a body of 65537 bytes; the limit is 65536" : "a body of 65537 bytes or more; the limit is 65536", answer.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("""{ "classes": 2.0, "logits": [1, "3", 5e-1, "5E-1"], "top_k": "1" }""")]
    [InlineData("""{ "classes": "2", "logits": ["1", "3.0", 0.5, 0.50] }""")]
    [InlineData("""{ "classes": 0.2e1, "logits": [1, 3, 0.5, 0.5], "head": null, "temperature": null, "outputs": null, "data": null, "dataType": "fp32" }""")]
    [InlineData("""{ "classes": "20e-1", "logits": [1.0, 3, 0.5, 0.5], "outputs": ["scores"], "nonFinite": "NON_FINITE_REJECT" }""")]
    [InlineData("""{ "classes": 2, "logits": [1, 3, 0.5, 0.5], "outputs": ["Output_Scores", 0, "TOP_K", "log_sum_exp"], "temperature": "1" }""")]
    [InlineData("""{ "classes": 2, "data": "AACAPwAAQEAAAAA/AAAAPw==" }""")]
    [InlineData("""{ "classes": 2, "data": "AACAPwAAQEAAAAA_AAAAPw" }""")]
    [InlineData("""{ "classes": 2, "data": "AACAPwAAQEAAAAA\/AAAAPw==", "data_type": 0 }""")]
    [InlineData("\ufeff{ \"classes\": 2, \"logits\": [1, 3, 0.5, 0.5] }")]
    public async Task What_the_JSON_mapping_of_protobuf_allows_is_understood(string body)
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        var (status, answer) = await PostAsync(server, body);
        Assert.Equal(HttpStatusCode.OK, status);
        Reference.AssertClose([.. Reference.Softmax([1, 3]), 0.5, 0.5], Floats(answer, "scores"));
    }

    [Fact]
    public async Task Every_field_of_the_message_has_a_place()
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        foreach (var field in ScoreRequest.Descriptor.Fields.InDeclarationOrder())
        {
            var value = field.FieldType switch
            {
                FieldType.String or FieldType.Bytes => "\"\"",
                _ => "0",
            };
            foreach (var name in new[] { field.Name, field.JsonName })
            {
                var (_, answer) = await PostAsync(server, $$"""{ "{{name}}": {{(field.IsRepeated ? $"[{value}]" : value)}} }""");
                Assert.Equal(3, answer.GetProperty("code").GetInt32());
                Assert.DoesNotContain("field", answer.GetProperty("message").GetString(), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_compressed_body_is_understood_or_refused_with_what_is_wrong_with_it(string encoding)
    {
        await using var server = await ScoringServer.StartAsync([.. Settings, "--Scoring:Limits:MessageBytes=65536"]);
        const string Body = """{ "head": "pets", "logits": [1, 3] }""";
        var whole = Pack(encoding, Body);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, whole, encoding)).Status);

        var (status, answer) = await PostAsync(server, whole[..^3], encoding);
        Assert.Equal((HttpStatusCode.BadRequest, $"a message of {whole.Length - 3} bytes ends in the middle of its {encoding}"), (status, answer.GetProperty("message").GetString()));
        (status, answer) = await PostAsync(server, Encoding.UTF8.GetBytes(Body), encoding);
        Assert.Equal((HttpStatusCode.BadRequest, $"a message of {Body.Length} bytes is not {encoding}"), (status, answer.GetProperty("message").GetString()));
        var bomb = Pack(encoding, Body.PadRight(65537));
        (status, answer) = await PostAsync(server, bomb, encoding);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal($"a message of {bomb.Length} bytes is over 65536 when decompressed, which is the limit", answer.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Bodies_have_room_within_the_default_limits_that_are_compressed_or_as_large_as_may_be()
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        const string Body = """{ "head": "pets", "logits": [1, 3] }""";
        var packed = Pack("gzip", Body);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(server, packed, "gzip")));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));

        var largest = server.Services.GetRequiredService<IOptions<LimitSettings>>().Value.MessageBytes;
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, Body.PadRight(largest))).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, Pack("gzip", Body.PadRight(largest)), "gzip")).Status);
    }

    [Fact]
    public async Task A_body_that_comes_too_slowly_is_told()
    {
        var rate = new MinDataRate(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(1.1));
        await using var server = await ScoringServer.StartAsync(
            builder => builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MinRequestBodyDataRate = rate), Settings);
        var address = new Uri(server.HttpAddress);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, TestEnd);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"POST /v1/score HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Length: 100\r\n\r\n{{\"classes\":"), TestEnd);
        using var answer = new StreamReader(client.GetStream());
        var text = await answer.ReadToEndAsync(TestEnd);
        Assert.StartsWith("HTTP/1.1 408", text, StringComparison.Ordinal);
        Assert.Contains("Reading the request body timed out due to data arriving too slowly", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compression_that_nobody_knows_is_told()
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        var (status, answer) = await PostAsync(server, [1, 2, 3], "br");
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "content-encoding is 'br'; this service knows gzip and deflate"), (status, answer.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task A_body_of_many_megabytes_is_scored()
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        var logits = Reference.Logits(200_000, seed: 3);
        var (status, answer) = await PostAsync(server, JsonSerializer.Serialize(new { classes = 1000, logits }), isLengthTold: false);
        Assert.Equal(HttpStatusCode.OK, status);
        Reference.AssertClose(Reference.Softmax(logits.AsSpan(199_000)), Floats(answer, "scores").AsSpan(199_000));
    }

    [Fact]
    public async Task A_call_past_the_servers_memory_is_told_to_come_back()
    {
        await using var server = await ScoringServer.StartAsync([.. Settings, "--Scoring:Limits:ServerBytes=1048576", "--Scoring:Limits:MessageBytes=65536"]);
        const string Body = """{ "head": "pets", "logits": [1, 3] }""";
        var held = server.Pool.Buffers.Rent(2 << 20);
        var (status, answer) = await PostAsync(server, Body);
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Contains("the limit is 1048576", answer.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.True(answer.GetProperty("details")[0].GetProperty("retryAfterMs").GetInt32() > 0);

        server.Pool.Buffers.Return(held);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, Body)).Status);
    }

    [Fact]
    public async Task A_call_in_gRPC_is_not_served_on_generated_messages()
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        using var raw = new RawCalls(server);
        var score = new Method<byte[], byte[]>(MethodType.Unary, "scoring.v1.ScoringService", "Score", RawCalls.Bytes, RawCalls.Bytes);
        var call = raw.Channel.CreateCallInvoker().AsyncUnaryCall(score, null, new CallOptions(cancellationToken: TestEnd), [0x22, 0x05, 0, 0]);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call);
        // The pooled codec's words.
        Assert.Equal("Not a ScoreRequest: the message ends in the middle of a field (at byte 2).", refused.Status.Detail);
    }

    [Theory]
    [InlineData("GET", "/", 404, 5, "there is no /; in JSON there are GET /v1/heads and POST /v1/score", "")]
    [InlineData("POST", "/v2/score", 404, 5, "there is no /v2/score; in JSON there are GET /v1/heads and POST /v1/score", "")]
    [InlineData("GET", "/v1/score", 405, 12, "/v1/score takes POST, and not GET; in JSON there are GET /v1/heads and POST /v1/score", "POST")]
    [InlineData("DELETE", "/V1/heads", 405, 12, "/V1/heads takes GET, and not DELETE; in JSON there are GET /v1/heads and POST /v1/score", "GET")]
    [InlineData(
        "POST", "/scoring.v1.ScoringService/Score", 415, 12,
        "/scoring.v1.ScoringService/Score takes gRPC-Web alone; in JSON there are GET /v1/heads and POST /v1/score", "")]
    public async Task A_path_that_serves_no_such_request_tells_what_is_served(string method, string path, int status, int code, string message, string allowed)
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), server.HttpAddress + path);
        using var response = await client.SendAsync(request, TestEnd);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow));
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestEnd));
        Assert.Equal((code, message), (answer.RootElement.GetProperty("code").GetInt32(), answer.RootElement.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task What_is_refused_is_written_alike_before_the_call_and_in_it()
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        var (_, before) = await PostAsync(server, """{ "logits": "<ä'" }""");
        Assert.Equal(
            "{\"code\":3,\"message\":\"logits is \\\"<ä'\\\"; it must be a list\",\"details\":[{\"@type\":\"type.googleapis.com/scoring.v1.Error\",\"code\":3,"
            + "\"message\":\"logits is \\\"<ä'\\\"; it must be a list\"}]}",
            before.GetRawText());
        var (_, within) = await PostAsync(server, """{ "head": "<ä'", "logits": [1] }""");
        Assert.StartsWith("{\"code\":5,\"message\":\"head '<ä'' is not configured; ", within.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_port_of_HTTP_2_has_no_JSON()
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await client.GetAsync($"{server.Address}/v1/heads", TestEnd);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static byte[] Pack(string encoding, string body)
    {
        using var packed = new MemoryStream();
        using (Stream zip = encoding == "gzip" ? new GZipStream(packed, CompressionMode.Compress, leaveOpen: true) : new ZLibStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            zip.Write(Encoding.UTF8.GetBytes(body));
        }

        return packed.ToArray();
    }

    private static Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(
        ScoringServer server, string body, string contentType = "application/json", bool isLengthTold = true) =>
        PostAsync(server, new StringContent(body, Encoding.UTF8, contentType), isLengthTold);

    private static Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(ScoringServer server, byte[] body, string encoding)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentEncoding.Add(encoding);
        return PostAsync(server, content, isLengthTold: true);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(ScoringServer server, HttpContent content, bool isLengthTold)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.HttpAddress}/v1/score");
        request.Content = content;
        request.Headers.TransferEncodingChunked = !isLengthTold;
        using var response = await client.SendAsync(request, TestEnd);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestEnd));
        return (response.StatusCode, answer.RootElement.Clone());
    }

    private static float[] Floats(JsonElement answer, string name) => [.. answer.GetProperty(name).EnumerateArray().Select(number => number.GetSingle())];
}
