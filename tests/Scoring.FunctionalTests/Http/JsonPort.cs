using System.Net;
using System.Text;
using System.Text.Json;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Http;

/// <summary>A service with a head for JSON, and calls of it.</summary>
internal static class JsonPort
{
    public static readonly string[] Settings =
    [
        "--Scoring:Listen:HttpPort=0",
        "--Scoring:Heads:pets:Activation=softmax", "--Scoring:Heads:pets:Labels:0=cat", "--Scoring:Heads:pets:Labels:1=dog",
        "--Scoring:Heads:pets:Temperature=2",
    ];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(
        ScoringServer server, string body, string contentType = "application/json", bool isLengthTold = true) =>
        PostAsync(server, new StringContent(body, Encoding.UTF8, contentType), isLengthTold);

    public static Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(ScoringServer server, byte[] body, string encoding)
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

    public static float[] Floats(JsonElement answer, string name) =>
        [.. answer.GetProperty(name).EnumerateArray().Select(number => number.GetSingle())];
}
