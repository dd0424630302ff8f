using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Net.Client;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Abuse;

/// <summary>Requests that ask about the service: their generated messages keep whatever is sent, so little may be.</summary>
public sealed class ControlMessageTests
{
    private const int MaxBytes = 16 << 10;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<string> Methods =>
    [
        "scoring.v1.ScoringService/ListHeads",
        "inference.GRPCInferenceService/ServerLive",
        "inference.GRPCInferenceService/ModelStatistics",
        "grpc.health.v1.Health/Check",
        "grpc.health.v1.Health/Watch",
        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ];

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task A_large_one_is_refused_and_one_at_the_limit_is_answered(string method)
    {
        await using var server = await ScoringServer.StartAsync();
        using var calls = new RawCalls(server);
        Assert.NotNull(await FirstAnswerAsync(calls.Channel, method, OfUnknown(MaxBytes)));
        var refused = await Assert.ThrowsAsync<RpcException>(() => FirstAnswerAsync(calls.Channel, method, OfUnknown(MaxBytes + 1)));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task One_that_cannot_be_read_is_refused(string method)
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        using var calls = new RawCalls(server);
        var refused = await Assert.ThrowsAsync<RpcException>(() => FirstAnswerAsync(calls.Channel, method, [0x0a, 0x05, 0x61]));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Matches("^The bytes are no [A-Za-z]+Request: .", refused.Status.Detail);

        using var client = new HttpClient();
        using var content = new ByteArrayContent(RawCalls.Frame([0x0a, 0x05, 0x61]));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc-web");
        using var response = await client.PostAsync(new Uri($"{server.HttpAddress}/{method}"), content, TestEnd);
        Assert.Equal("3", Assert.Single(response.Headers.GetValues("grpc-status")));
    }

    /// <summary>As if it were a stream, which every call is on the wire.</summary>
    private static async Task<byte[]> FirstAnswerAsync(GrpcChannel channel, string method, byte[] message)
    {
        var (service, name) = (method.Split('/')[0], method.Split('/')[1]);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            new Method<byte[], byte[]>(
                MethodType.DuplexStreaming, service, name, RawCalls.Bytes, RawCalls.Bytes), null, new CallOptions(cancellationToken: TestEnd));
        await call.RequestStream.WriteAsync(message, TestEnd);
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext(TestEnd));
        return call.ResponseStream.Current;
    }

    /// <summary>A field that nobody knows, of four bytes and its content.</summary>
    private static byte[] OfUnknown(int bytes) => [0xFA, 0x7F, (byte)((bytes - 4) | 0x80), (byte)((bytes - 4) >> 7), .. new byte[bytes - 4]];
}
