using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.V1;
using static Scoring.FunctionalTests.Http.JsonPort;

namespace Scoring.FunctionalTests.Http;

public sealed class JsonTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web-text")]
    public async Task A_configured_head_scores_rows(string contentType)
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        var (status, answer) = await PostAsync(server, """{ "id": "18446744073709551615", "head": "pets", "logits": [1, 3, 0.5, 0.5] }""", contentType);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("18446744073709551615", answer.GetProperty("id").GetString());
        Assert.Equal((2, 2), (answer.GetProperty("rows").GetInt32(), answer.GetProperty("classes").GetInt32()));
        Reference.AssertClose(Reference.SoftmaxOf([0.5f, 1.5f]), Floats(answer, "scores").AsSpan(0, 2));
        Reference.AssertClose([0.5, 0.5], Floats(answer, "scores").AsSpan(2));
        Assert.Equal("1", answer.GetProperty("receipt").GetProperty("headRevision").GetString());
    }

    [Fact]
    public async Task Outputs_are_asked_for_by_name()
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        var (status, answer) = await PostAsync(server, """{ "head": "pets", "logits": [1, 3], "outputs": ["OUTPUT_TOP_K", "OUTPUT_LABELS"], "topK": 2, "temperature": 1 }""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([1, 0], answer.GetProperty("topIndices").EnumerateArray().Select(index => index.GetInt32()));
        Assert.Equal(["dog", "cat"], answer.GetProperty("topLabels").EnumerateArray().Select(label => label.GetString()));
        Reference.AssertClose(Reference.SoftmaxOf([3, 1]), Floats(answer, "topScores"));
        Assert.False(answer.TryGetProperty("scores", out _));
    }

    [Fact]
    public async Task The_heads_are_listed()
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        using var client = new HttpClient();
        using var answer = JsonDocument.Parse(await client.GetStringAsync($"{server.HttpAddress}/v1/heads", TestEnd));
        Assert.Equal(
            ["linear", "log_softmax", "pets", "sigmoid", "softmax"], answer.RootElement.GetProperty("heads").EnumerateArray().Select(
                head => head.GetProperty("name").GetString()));
        Assert.Equal(16 << 20, answer.RootElement.GetProperty("limits").GetProperty("messageBytes").GetInt32());
    }

    [Fact]
    public async Task A_row_without_a_score_is_refused_with_its_place_in_words_and_in_numbers()
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
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
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        var (status, answer) = await PostAsync(server, """{ "head": "pets", "logits": ["-Infinity", 3, 2, "NaN"], "nonFinite": "NON_FINITE_FLAG" }""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([0, 1, 0, 0], Floats(answer, "scores"));
        Assert.Equal(1, answer.GetProperty("invalidRows")[0].GetInt32());
    }

    [Fact]
    public async Task A_head_that_is_not_there_is_not_found()
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        var (status, answer) = await PostAsync(server, """{ "head": "nobody", "logits": [1, 3] }""");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal(5, answer.GetProperty("code").GetInt32());
        Assert.Equal(
            "head 'nobody' is not configured; there are linear, log_softmax, pets, sigmoid, softmax", answer.GetProperty("message").GetString());
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
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        var (status, answer) = await PostAsync(server, body);
        Assert.Equal(HttpStatusCode.OK, status);
        Reference.AssertClose([.. Reference.SoftmaxOf([1, 3]), 0.5, 0.5], Floats(answer, "scores"));
    }

    [Fact]
    public async Task Every_field_of_the_message_has_a_place()
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
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

    [Fact]
    public async Task A_call_past_the_servers_memory_is_told_to_come_back()
    {
        await using var server = await ScoringServer.StartAsync(
            [.. JsonPort.Settings, "--Scoring:Limits:ServerBytes=1048576", "--Scoring:Limits:MessageBytes=65536"]);
        const string Body = """{ "head": "pets", "logits": [1, 3] }""";
        using var held = new TakenRoom(server);
        var (status, answer) = await PostAsync(server, Body);
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Contains("the limit is 1048576", answer.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.True(answer.GetProperty("details")[0].GetProperty("retryAfterMs").GetInt32() > 0);

        held.Dispose();
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, Body)).Status);
    }

    [Fact]
    public async Task A_call_in_gRPC_is_not_served_on_generated_messages()
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
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
    public async Task A_path_that_serves_no_such_request_tells_what_is_served(
        string method, string path, int status, int code, string message, string allowed)
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), server.HttpAddress + path);
        using var response = await client.SendAsync(request, TestEnd);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow));
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestEnd));
        Assert.Equal((code, message), (answer.RootElement.GetProperty("code").GetInt32(), answer.RootElement.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("OPTIONS *", "404 Not Found")]
    [InlineData("CONNECT example.com:443", "404 Not Found")]
    public async Task A_request_that_names_no_path_is_told_so(string request, string status)
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(server.HttpAddress).Port, TestEnd);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"{request} HTTP/1.1\r\nHost: example.com:443\r\nConnection: close\r\n\r\n"), TestEnd);
        var answer = await new StreamReader(client.GetStream()).ReadToEndAsync(TestEnd);
        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer, StringComparison.Ordinal);
        Assert.Contains($"\"{request} names no path; in JSON there are GET /v1/heads and POST /v1/score\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_is_written_alike_before_the_call_and_in_it()
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        var (_, before) = await PostAsync(server, """{ "logits": "<ä'" }""");
        Assert.Equal(
            "{\"code\":3,\"message\":\"logits is \\\"<ä'\\\"; it must be a "
            + "list\",\"details\":[{\"@type\":\"type.googleapis.com/scoring.v1.Error\",\"code\":3,"
            + "\"message\":\"logits is \\\"<ä'\\\"; it must be a list\"}]}",
            before.GetRawText());
        var (_, within) = await PostAsync(server, """{ "head": "<ä'", "logits": [1] }""");
        Assert.StartsWith("{\"code\":5,\"message\":\"head '<ä'' is not configured; ", within.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/v1/heads?withClases=true", "the query has 'withClases'; ListHeadsRequest has heads, withClasses")]
    [InlineData("GET", "/v1/heads?with_classes=1", "withClasses is '1'; it must be true or false")]
    [InlineData("GET", "/v1/heads?withClasses=true&withClasses=false", "withClasses is in the query 2 times")]
    [InlineData("POST", "/v1/score?head=pets", "the query has 'head'; the fields of this call are in its body")]
    public async Task A_query_is_refused_that_would_be_passed_over(string method, string path, string message)
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), server.HttpAddress + path);
        request.Content = method == "POST" ? new StringContent("""{ "logits": [1, 3] }""") : null;
        using var answer = await client.SendAsync(request, TestEnd);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestEnd));
        Assert.Equal((HttpStatusCode.BadRequest, message), (answer.StatusCode, body.RootElement.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("/v1/heads?heads=pets&heads=softmax&with_classes=True", 2)]
    [InlineData("/v1/heads?heads=pets&withClasses=false", 1)]
    [InlineData("/v1/heads?", 5)]
    public async Task A_query_names_heads_and_whether_with_their_classes(string path, int heads)
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        using var client = new HttpClient();
        using var answer = JsonDocument.Parse(await client.GetStringAsync(server.HttpAddress + path, TestEnd));
        Assert.Equal(heads, answer.RootElement.GetProperty("heads").GetArrayLength());
    }

    [Fact]
    public async Task The_port_of_HTTP_2_has_no_JSON()
    {
        await using var server = await ScoringServer.StartAsync(JsonPort.Settings);
        using var client = new HttpClient
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact
        };
        using var answer = await client.GetAsync($"{server.Address}/v1/heads", TestEnd);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
