using System.Text;
using Google.Protobuf;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using Microsoft.Extensions.DependencyInjection;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Infrastructure.Http2;
using Scoring.Service.Connections;

namespace Scoring.FunctionalTests.Connections;

/// <summary>
/// Streams that ask about the service and stay open end with their connection, as those that score do. Read frame by frame: to .NET's client a
/// connection that is closed comes before a status that was sent on it.
/// </summary>
public sealed class ControlStreamTests
{
    [Fact]
    public Task A_watch_ends_with_its_connection() => AssertEndsAsync("/grpc.health.v1.Health/Watch", new HealthCheckRequest(), Frame.EndStream);

    [Fact]
    public Task Reflection_ends_with_its_connection() => AssertEndsAsync(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", new ServerReflectionRequest { ListServices = "" }, flags: 0);

    private static async Task AssertEndsAsync(string path, IMessage request, byte flags)
    {
        await using var server = await ScoringServer.StartAsync();
        using var client = await FrameClient.ConnectAsync(server);
        await client.SendAsync(Frame.CallOf(1, path), Frame.Data(1, RawCalls.Frame(request.ToByteArray()), flags));
        await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Data, Stream: 1 });

        server.Services.GetRequiredService<OpenConnections>().End();
        var frames = await client.ReceiveUntilAsync(frame => frame.Stream == 1 && (frame.Flags & Frame.EndStream) != 0);
        var trailers = Encoding.ASCII.GetString(frames[^1].Payload);
        Assert.Contains("grpc-status\u000214", trailers, StringComparison.Ordinal);
        Assert.Contains("the service is shutting down, or the connection ends; make another call", trailers, StringComparison.Ordinal);
    }
}
