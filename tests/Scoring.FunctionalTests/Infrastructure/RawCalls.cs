using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Scoring.V1;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>What other clients do: the generated stub, and one that sends whatever bytes it likes.</summary>
internal sealed class RawCalls : IDisposable
{
    public static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    private readonly GrpcChannel _channel;

    public RawCalls(ScoringServer server)
    {
        _channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { MaxSendMessageSize = null, MaxReceiveMessageSize = null });
        Generated = new ScoringService.ScoringServiceClient(_channel);
    }

    public ScoringService.ScoringServiceClient Generated { get; }

    public GrpcChannel Channel => _channel;

    public AsyncDuplexStreamingCall<byte[], byte[]> Stream(Metadata? headers = null) => _channel.CreateCallInvoker().AsyncDuplexStreamingCall(
        new Method<byte[], byte[]>(MethodType.DuplexStreaming, "scoring.v1.ScoringService", "ScoreStream", Bytes, Bytes),
        null,
        new CallOptions(headers, cancellationToken: TestContext.Current.CancellationToken));

    public static byte[] Message(int classes, params float[] logits)
    {
        var request = new ScoreRequest { Classes = (uint)classes };
        request.Logits.AddRange(logits);
        return request.ToByteArray();
    }

    /// <summary>A message in gRPC's framing.</summary>
    public static byte[] Frame(byte[] message)
    {
        byte[] frame = [0, 0, 0, 0, 0, .. message];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        return frame;
    }

    /// <summary>Posts bytes to a method without a gRPC client in between, some at a time, and tells the status and the number of answers.</summary>
    public static async Task<(string Status, string Message, int Answers)> PostAsync(
        ScoringServer server, byte[] body, string encoding, int bytesAtATime = 1 << 20, string method = "scoring.v1.ScoringService/ScoreStream")
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.Address}/{method}");
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        request.Content = new PushedContent(body, bytesAtATime);
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        request.Headers.Add("grpc-encoding", encoding);
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var answers = 0;
        for (var rest = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken); rest.Length > 0; answers++)
        {
            rest = rest[(5 + BinaryPrimitives.ReadInt32BigEndian(rest.AsSpan(1)))..];
        }

        return (Trailer(response, "grpc-status"), Trailer(response, "grpc-message"), answers);
    }

    public void Dispose() => _channel.Dispose();

    // An answer of nothing but a status has it among its headers.
    private static string Trailer(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values)
            ? Uri.UnescapeDataString(values.Single())
            : string.Empty;

    private sealed class PushedContent(byte[] body, int bytesAtATime) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var some in body.Chunk(bytesAtATime))
            {
                await stream.WriteAsync(some);
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
