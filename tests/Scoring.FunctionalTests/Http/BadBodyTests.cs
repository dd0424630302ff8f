using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Calls;

namespace Scoring.FunctionalTests.Http;

/// <summary>Bodies of HTTP/1.1 that are not what their headers say. Whoever sends one is there to read what is wrong with it.</summary>
public sealed class BadBodyTests
{
    private const string Chunked = "Transfer-Encoding: chunked\r\n\r\n";

    /// <summary>A length that is no 32-bit number, one that is no number, and a chunk that goes on behind its end.</summary>
    private static readonly string[] BadChunks = ["80000000\r\nabc", "FFFFFFFFFFFFFFFF\r\nabc", "ZZ\r\nabc", "3\r\nabcdef"];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Calls()
    {
        var calls = new TheoryData<string, string, string>();
        foreach (var chunk in BadChunks)
        {
            calls.Add("/v1/score", "Content-Type: application/json\r\n" + Chunked + chunk, "HTTP/1.1 400 Bad Request");
            foreach (var rpc in new[] { "Score", "ScoreStream", "Evaluate", "ListHeads" })
            {
                calls.Add($"/scoring.v1.ScoringService/{rpc}", "Content-Type: application/grpc-web\r\n" + Chunked + chunk,
                    $"grpc-status: {(int)StatusCode.InvalidArgument}\r\n");
            }
        }

        foreach (var rpc in new[] { "Score", "ScoreStream", "Evaluate", "ListHeads" })
        {
            calls.Add($"/scoring.v1.ScoringService/{rpc}",
                "Content-Type: application/grpc-web-text\r\nConnection: close\r\nContent-Length: 8\r\n\r\n????????",
                "grpc-message: the body is no base64, as application/grpc-web-text is: byte 0 is 0x3F\r\n");
        }

        return calls;
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_body_that_is_not_what_its_headers_say_is_the_callers_mistake(string path, string rest, string expected)
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        // gRPC tells of what it was itself to read.
        server.ExpectedLog = rest.Contains("-text", StringComparison.Ordinal) ? null : "Error when executing service method";
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(server.HttpAddress).Port, TestEnd);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\n{rest}"), TestEnd);
        var answer = await new StreamReader(stream, Encoding.UTF8).ReadToEndAsync(TestEnd);
        Assert.Contains(expected, answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_client_that_has_left_is_not_one_whose_body_is_bad()
    {
        Assert.False(BadBody.Caused(new IOException("gone")));
        Assert.False(BadBody.Caused(new InvalidOperationException("a fault")));
        Assert.False(ClientDisconnect.Caused(new BadHttpRequestException("bad"), CancellationToken.None));
    }
}
