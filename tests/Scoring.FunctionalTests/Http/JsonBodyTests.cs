using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Settings;
using static Scoring.FunctionalTests.Http.JsonPort;

namespace Scoring.FunctionalTests.Http;

/// <summary>Bodies that are wrong, too large, compressed or slow.</summary>
public sealed class JsonBodyTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

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
    [InlineData("""{ "classes": 1e-30 }""", "classes is 1e-30; it must be a whole number from 0 to 4294967295")]
    [InlineData("""{ "classes": 3.0000000000000000000000000000000001 }""", "classes is 3.0000000000000000000000000000000001; it must be a whole number")]
    [InlineData("""{ "classes": 1e99999999999 }""", "classes is 1e99999999999; it must be a whole number from 0 to 4294967295")]
    [InlineData("""{ "classes": "" }""", "classes is \"\"; it must be a whole number from 0 to 4294967295")]
    [InlineData("""{ "id": 18446744073709551616 }""", "id is 18446744073709551616; it must be a whole number from 0 to 18446744073709551615")]
    [InlineData("""{ "data": "AAA*" }""", "data is \"AAA*\"; it must be a string of base64")]
    [InlineData("""{ "data": "AAAAA" }""", "data is \"AAAAA\"; it must be a string of base64")]
    [InlineData("""{ "data": "\ud800" }""", "data is \"\\ud800\"; it must be a string of base64")]
    [InlineData("""{ "data": "AAAA\ud800\u0041" }""", "data is \"AAAA\\ud800\\u0041\"; it must be a string of base64")]
    [InlineData("""{ "data": [0, 0] }""", "data is a list; it must be a string of base64")]
    [InlineData("""{ "dataType": "fp8" }""", "dataType is \"fp8\"; it must be one of fp32, fp16, bf16, fp64")]
    [InlineData("""{ "dataType": 9, "classes": 1 }""", "data_type is 9, which is not one of 0 (FP32), 1 (FP16), 2 (BF16), 3 (FP64)")]
    [InlineData("""{ "outputs": [77], "classes": 1 }""", "outputs names 77, which this service does not know; it knows 0 to 6")]
    [InlineData("""{ "nonFinite": "ignore" }""", "nonFinite is \"ignore\"; it must be one of reject, flag, propagate")]
    [InlineData("""{ "targetLabels": ["a", 1] }""", "targetLabels[1] is 1; it must be a string")]
    [InlineData("""{ "head": "\ud800" }""", "head is no text: it has a part of a character")]
    [InlineData("""{ "\udc00": 1 }""", "the name of a field is no text: it has a part of a character")]
    [InlineData("""{ "dataType": "\ud800" }""", "dataType is no text: it has a part of a character")]
    [InlineData("""{ "outputs": ["scores", "\ud800"] }""", "outputs[1] is no text: it has a part of a character")]
    [InlineData("""{ "targetLabels": ["cat", "\ud800"] }""", "targetLabels[1] is no text: it has a part of a character")]
    [InlineData("""{ "traceparent": "\ud800" }""", "traceparent is no text: it has a part of a character")]
    [InlineData("""{ "logits": ["\ud800"] }""", "logits[0] is \"\\ud800\"; it must be a number of single precision, ")]
    [InlineData("""{ "targets": ["\ud800"] }""", "targets[0] is \"\\ud800\"; it must be a whole number from 0 to 4294967295")]
    [InlineData("""{ "head": 1 }""", "head is 1; it must be a string")]
    [InlineData("""{ "classes": {} }""", "classes is an object; it must be a whole number from 0 to 4294967295")]
    [InlineData("""{ "outputs": ["scores", "TOPK"] }""", "outputs[1] is \"TOPK\"; it must be one of scores, top_k, decisions, log_sum_exp, entropy, loss, labels")]
    public async Task A_bad_body_is_refused_with_what_is_wrong_with_it(string body, string message)
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        var (status, answer) = await PostAsync(server, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(3, answer.GetProperty("code").GetInt32());
        Assert.StartsWith(message, answer.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"data\": \"\u00ff\" }", "data is \"?\"; it must be a string of base64")]
    [InlineData("{ \"data\": \"\u00ff\\/\" }", "data is \"?\\/\"; it must be a string of base64")]
    [InlineData("{ \"head\": \"\u00ff\" }", "head is no text: it has a part of a character")]
    [InlineData("{ \"\u00ff\": 1 }", "the name of a field is no text: it has a part of a character")]
    [InlineData("{ \"dataType\": \"\u00ff\" }", "dataType is no text: it has a part of a character")]
    [InlineData("{ \"outputs\": [\"\u00ff\"] }", "outputs[0] is no text: it has a part of a character")]
    [InlineData("{ \"targetLabels\": [\"\u00ff\"] }", "targetLabels[0] is no text: it has a part of a character")]
    [InlineData("{ \"logits\": [\"\u00ff\"] }", "logits[0] is \"?\"; it must be a number")]
    [InlineData("{ \"id\": \"\u00ff\" }", "id is \"?\"; it must be a whole number")]
    [InlineData("{ \"id\": \u00ff }", "the body is no JSON: the byte 0xff is out of place at line 1, byte 9")]
    public async Task Bytes_that_are_no_UTF_8_are_refused_where_they_stand(string body, string message)
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        var (status, answer) = await PostAsync(server, Encoding.Latin1.GetBytes(body), "identity");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith(message, answer.GetProperty("message").GetString()!.Replace('\uFFFD', '?'), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "#": 1 }""", "there is no field 'x")]
    [InlineData("""{ "outputs": ["#"] }""", "outputs[0] is \"x")]
    [InlineData("""{ "classes": "#" }""", "classes is \"x")]
    [InlineData("""{ "head": "#", "logits": [1, 2] }""", "head has more than 256 characters")]
    public async Task A_long_text_in_a_body_is_not_echoed(string body, string message)
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        var (_, answer) = await PostAsync(server, body.Replace("#", new string('x', 1_000_000), StringComparison.Ordinal));
        Assert.StartsWith(message, answer.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.InRange(answer.GetRawText().Length, 0, 2000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_refused_and_one_at_the_limit_is_not(bool isLengthTold)
    {
        await using var server = await ScoringServer.StartAsync([.. JsonPort.Settings, "--Scoring:Limits:MessageBytes=65536"]);
        var body = """{ "head": "pets", "logits": [1, 3] }""".PadRight(65536);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, body, isLengthTold: isLengthTold)).Status);

        var (status, answer) = await PostAsync(server, body + " ", isLengthTold: isLengthTold);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal(8, answer.GetProperty("code").GetInt32());
        Assert.Equal(
            isLengthTold
                ? "a body of 65537 bytes; the limit is 65536"
                : "a body of 65537 bytes or more; the limit is 65536", answer.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_compressed_body_is_understood_or_refused_with_what_is_wrong_with_it(string encoding)
    {
        await using var server = await ScoringServer.StartAsync([.. JsonPort.Settings, "--Scoring:Limits:MessageBytes=65536"]);
        const string Body = """{ "head": "pets", "logits": [1, 3] }""";
        var whole = Pack(encoding, Body);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, whole, encoding)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, whole, encoding.ToUpperInvariant())).Status);

        var (status, answer) = await PostAsync(server, whole[..^3], encoding);
        Assert.Equal((HttpStatusCode.BadRequest, $"a message of {whole.Length - 3} bytes ends in the middle of its {encoding}"), (
            status, answer.GetProperty("message").GetString()));
        (status, answer) = await PostAsync(server, Encoding.UTF8.GetBytes(Body), encoding);
        Assert.Equal(
            (HttpStatusCode.BadRequest, $"a message of {Body.Length} bytes is not {encoding}"), (status, answer.GetProperty("message").GetString()));
        var bomb = Pack(encoding, Body.PadRight(65537));
        (status, answer) = await PostAsync(server, bomb, encoding);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal(
            $"a message of {bomb.Length} bytes is over 65536 when decompressed, which is the limit", answer.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Bodies_have_room_within_the_default_limits_that_are_compressed_or_as_large_as_may_be()
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
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
            builder => builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MinRequestBodyDataRate = rate), JsonPort.Settings);
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
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        var (status, answer) = await PostAsync(server, [1, 2, 3], "br");
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "content-encoding is 'br'; this service knows gzip and deflate"), (
            status, answer.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task A_body_of_many_megabytes_is_scored()
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        var logits = Reference.Logits(200_000, seed: 3);
        var (status, answer) = await PostAsync(server, JsonSerializer.Serialize(new { classes = 1000, logits }), isLengthTold: false);
        Assert.Equal(HttpStatusCode.OK, status);
        Reference.AssertClose(Reference.SoftmaxOf(logits.AsSpan(199_000)), Floats(answer, "scores").AsSpan(199_000));
    }

    private static byte[] Pack(string encoding, string body)
    {
        using var packed = new MemoryStream();
        using (Stream zip = encoding == "gzip" ? new GZipStream(
            packed, CompressionMode.Compress, leaveOpen: true) : new ZLibStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            zip.Write(Encoding.UTF8.GetBytes(body));
        }

        return packed.ToArray();
    }
}
