using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.V1;

namespace Scoring.FunctionalTests.Http;

/// <summary>Answers over HTTP/1.1 that their clients do not read.</summary>
public sealed class UnreadAnswerTests
{
    private const int Clients = 40, Rows = 7_500;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("application/grpc-web", "/scoring.v1.ScoringService/Score")]
    [InlineData("application/json", "/v1/score")]
    public async Task They_count_for_their_connections_which_are_cut_and_nobody_elses_is(string type, string path)
    {
        string[] labels = [.. Enumerable.Range(0, 4).Select(label => $"--Scoring:Heads:long:Labels:{label}={new string((char)('a' + label), 256)}")];
        await using var server = await ScoringServer.StartAsync(
            ["--Scoring:Listen:HttpPort=0", "--Scoring:Heads:long:Activation=softmax", .. labels, $"--Scoring:Limits:BufferBytes={96 << 20}",
                $"--Scoring:Limits:ServerBytes={16 << 20}", $"--Scoring:Limits:MessageBytes={8 << 20}",
                $"--Scoring:Limits:IdleBufferBytes={1 << 20}"]);
        server.ExpectedLog = "A connection is cut";
        using var calls = new RawCalls(server);
        using var stream = calls.Generated.ScoreStream(cancellationToken: TestEnd);
        await ScoreAsync(stream);

        var (question, address) = (Question(type, path), new Uri(server.HttpAddress));
        var clients = new List<Socket>();
        for (var i = 0; i < Clients && server.LogLines.Count == 0; i++)
        {
            var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
            clients.Add(client);
            try
            {
                await client.ConnectAsync(address.Host, address.Port, TestEnd);
                await client.SendAsync(question, TestEnd);
            }
            catch (SocketException)
            {
                // While too much is held none is taken.
            }
        }

        await Eventually.IsAsync(() => server.LogLines.Count > 0);
        await ScoreAsync(stream);
        clients.ForEach(client => client.Dispose());
    }

    private static async Task ScoreAsync(Grpc.Core.AsyncDuplexStreamingCall<ScoreRequest, ScoreResponse> stream)
    {
        await stream.RequestStream.WriteAsync(new ScoreRequest { Classes = 2, Logits = { 3, 3 } }, TestEnd);
        Assert.True(await stream.ResponseStream.MoveNext(TestEnd));
        Assert.Equal([0.5f, 0.5f], stream.ResponseStream.Current.Scores);
    }

    /// <summary>Of a few bytes, for whose answer the names of many classes are asked.</summary>
    private static byte[] Question(string type, string path)
    {
        var request = new ScoreRequest
        {
            Head = "long",
            Data = ByteString.CopyFrom(new byte[Rows * 4 * sizeof(short)]),
            DataType = DataType.Fp16,
            Outputs = { Output.TopK, Output.Labels },
            TopK = 4,
        };
        var body = type == "application/json" ? Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(request)) : RawCalls.Frame(request.ToByteArray());
        var head = $"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}
