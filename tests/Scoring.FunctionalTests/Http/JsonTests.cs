using System.Net;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Scoring.FunctionalTests.Infrastructure;

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
    [InlineData("", "the body is no JSON: The input does not contain any JSON tokens")]
    [InlineData("""{ "logits": [1, NaN] }""", "the body is no JSON: 'N' is an invalid start of a value. LineNumber: 0 | BytePositionInLine: 16.")]
    [InlineData("""{ "logits": [1, 2] """, "the body is no JSON: Expected depth to be zero")]
    [InlineData("[1, 2]", "the body begins with [1, 2]; it must be an object")]
    [InlineData("""{ "logit": [1, 2] }""", "there is no field 'logit'; ScoreRequest has id, head, classes, logits,")]
    [InlineData("""{ "logits": 1 }""", "logits is 1; it must be a list")]
    [InlineData("""{ "logits": [[1, 2], [3, 4]] }""", "logits[0] is a list; it must be a number, \"NaN\", \"Infinity\" or \"-Infinity\"")]
    [InlineData("""{ "logits": [1, "two"] }""", "logits[1] is \"two\"; it must be a number, \"NaN\", \"Infinity\" or \"-Infinity\"")]
    [InlineData("""{ "logits": [1, null] }""", "logits[1] is null; it must be a number, \"NaN\", \"Infinity\" or \"-Infinity\"")]
    [InlineData("""{ "head": 1 }""", "head is 1; it must be a string")]
    [InlineData("""{ "classes": {} }""", "classes is an object; it must be a number")]
    [InlineData("""{ "logits": [1, 2], "logits": [3, 4] }""", "logits is there twice")]
    [InlineData("""{ "topK": 1, "logits": [1, 2], "top_k": 2 }""", "topK is there twice")]
    [InlineData("""{ "outputs": ["TOP_K"] }""", "Error converting value \"TOP_K\" to enum type Scoring.V1.Output.")]
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
        Assert.Equal("the body has more than 65536 bytes, which is the limit", answer.GetProperty("message").GetString());
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

    [Fact]
    public async Task The_port_of_HTTP_2_has_no_JSON()
    {
        await using var server = await ScoringServer.StartAsync(Settings);
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await client.GetAsync($"{server.Address}/v1/heads", TestEnd);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(
        ScoringServer server, string body, string contentType = "application/json", bool isLengthTold = true)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.HttpAddress}/v1/score");
        request.Content = new StringContent(body, Encoding.UTF8, contentType);
        request.Headers.TransferEncodingChunked = !isLengthTold;
        using var response = await client.SendAsync(request, TestEnd);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestEnd));
        return (response.StatusCode, answer.RootElement.Clone());
    }

    private static float[] Floats(JsonElement answer, string name) => [.. answer.GetProperty(name).EnumerateArray().Select(number => number.GetSingle())];
}
