using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Scoring.V1;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>What other clients do: the generated stub, and one that sends whatever bytes it likes.</summary>
internal sealed class RawCalls : IDisposable
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

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

    public void Dispose() => _channel.Dispose();
}
