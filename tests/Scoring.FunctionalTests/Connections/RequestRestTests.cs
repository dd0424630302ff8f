using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Infrastructure.Http2;
using Scoring.Service.Connections;
using Scoring.Service.Streaming;

namespace Scoring.FunctionalTests.Connections;

public sealed class RequestRestTests
{
    private static readonly byte[] Message = RawCalls.Frame(RawCalls.Message(2, 3, 3));

    private static readonly byte[] Malformed = RawCalls.Frame([0xff, 0xff, 0xff]);

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("ScoreStream")]
    [InlineData("Evaluate")]
    [InlineData("Score")]
    [InlineData("Guess")]
    public async Task A_client_that_closes_its_side_of_a_call_that_ended_early_sees_no_reset(string rpc)
    {
        await using var server = await ScoringServer.StartAsync(_time);
        using var client = await FrameClient.ConnectAsync(server);
        await client.SendAsync(Frame.Call(1, rpc), Frame.Data(1, Malformed));
        await ReceiveStatusAsync(client);
        // What it had still to send is no reason either, and nor is a message that there would be no room for.
        await client.SendAsync(Frame.Data(1, Message), Frame.Data(1, [0, 1, 0, 0, 0, 1]), Frame.Data(1, [], Frame.EndStream), Frame.Ping());

        var rest = await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Ping, IsAcknowledgement: true });
        Assert.DoesNotContain(rest, frame => frame.Type is FrameType.ResetStream or FrameType.GoAway);
        await AssertClosedAsync(server);
    }

    [Fact]
    public async Task A_client_that_does_not_close_its_side_is_waited_for_no_longer_than_told()
    {
        await using var server = await ScoringServer.StartAsync(_time);
        using var client = await FrameClient.ConnectAsync(server);
        await client.SendAsync(Frame.Call(1, "ScoreStream"), Frame.Data(1, Message), Frame.Data(1, Malformed));
        await ReceiveStatusAsync(client);
        _time.Advance(RequestBodyDrain.Patience - TimeSpan.FromMilliseconds(1));
        await client.SendAsync(Frame.Ping());
        var before = await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Ping, IsAcknowledgement: true });
        Assert.DoesNotContain(before, frame => frame.Type == FrameType.ResetStream);

        var reset = client.ReceiveUntilAsync(frame => frame.Type == FrameType.ResetStream);
        while (!reset.IsCompleted)
        {
            _time.Advance(RequestBodyDrain.Patience);
            await Task.WhenAny(reset, Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken));
        }

        Assert.Equal((FrameType.ResetStream, Frame.NoError), ((await reset)[^1].Type, (await reset)[^1].ErrorCode()));
        await AssertClosedAsync(server);
    }

    private static async Task ReceiveStatusAsync(FrameClient client)
    {
        var answer = await client.ReceiveUntilAsync(frame => frame is { Stream: 1, Type: FrameType.Headers } && (frame.Flags & Frame.EndStream) != 0);
        Assert.NotEmpty(answer);
        Assert.DoesNotContain(answer, frame => frame.Type == FrameType.ResetStream);
    }

    private static async Task AssertClosedAsync(ScoringServer server)
    {
        var streams = server.Services.GetRequiredService<OpenStreams>();
        Assert.True(await streams.EndAsync(TestContext.Current.CancellationToken));
    }
}
