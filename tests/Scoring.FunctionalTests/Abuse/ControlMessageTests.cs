using Grpc.Core;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Abuse;

/// <summary>Requests that ask about the service: their generated messages keep whatever is sent, so little may be.</summary>
public sealed class ControlMessageTests
{
    private const int MaxBytes = 16 << 10;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("scoring.v1.ScoringService/ListHeads")]
    [InlineData("inference.GRPCInferenceService/ServerLive")]
    [InlineData("inference.GRPCInferenceService/ModelStatistics")]
    [InlineData("grpc.health.v1.Health/Check")]
    [InlineData("grpc.health.v1.Health/Watch")]
    [InlineData("grpc.reflection.v1.ServerReflection/ServerReflectionInfo")]
    [InlineData("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")]
    public async Task A_large_one_is_refused_and_one_at_the_limit_is_answered(string method)
    {
        await using var server = await ScoringServer.StartAsync();
        using var calls = new RawCalls(server);
        Assert.NotNull(await FirstAnswerAsync(MaxBytes));
        var refused = await Assert.ThrowsAsync<RpcException>(() => FirstAnswerAsync(MaxBytes + 1));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);

        async Task<byte[]> FirstAnswerAsync(int bytes)
        {
            var (service, name) = (method.Split('/')[0], method.Split('/')[1]);
            using var call = calls.Channel.CreateCallInvoker().AsyncDuplexStreamingCall(
                new Method<byte[], byte[]>(MethodType.DuplexStreaming, service, name, RawCalls.Bytes, RawCalls.Bytes), null, new CallOptions(cancellationToken: TestEnd));
            await call.RequestStream.WriteAsync(OfUnknown(bytes), TestEnd);
            await call.RequestStream.CompleteAsync();
            Assert.True(await call.ResponseStream.MoveNext(TestEnd));
            return call.ResponseStream.Current;
        }
    }

    /// <summary>A field that nobody knows, of four bytes and its content.</summary>
    private static byte[] OfUnknown(int bytes) => [0xFA, 0x7F, (byte)((bytes - 4) | 0x80), (byte)((bytes - 4) >> 7), .. new byte[bytes - 4]];
}
