using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Infrastructure.Http2;

namespace Scoring.FunctionalTests.Connections;

public sealed class ConnectionTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_goes_on_over_another_connection_when_its_own_has_reached_its_age()
    {
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, "--Scoring:Limits:ConnectionAgeMs=10000");
        await using var proxy = new CutProxy(() => new Uri(server.Address));
        await using var client = ScoringClient.Connect(proxy.Address);
        var requests = Channel.CreateUnbounded<ScoreRequest>();
        await using var results = client.ScoreStreamAsync(requests.Reader.ReadAllAsync(TestEnd), TestEnd).GetAsyncEnumerator(TestEnd);
        await ScoreOneAsync(1);

        // No age is less than nine tenths, and none more than eleven.
        time.Advance(TimeSpan.FromMilliseconds(8_999));
        await ScoreOneAsync(2);
        Assert.Equal(1, proxy.Connections);
        time.Advance(TimeSpan.FromMilliseconds(2_001));
        await ScoreOneAsync(3);
        Assert.Equal(2, proxy.Connections);

        async Task ScoreOneAsync(ulong id)
        {
            await requests.Writer.WriteAsync(Source.Rows(1, 1, 3).Single(), TestEnd);
            Assert.True(await results.MoveNextAsync());
            results.Current.EnsureScored();
            Assert.Equal(id, results.Current.Id);
            results.Current.Dispose();
        }
    }

    [Fact]
    public async Task Unary_calls_move_to_another_connection_without_a_failure_that_the_caller_sees()
    {
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, "--Scoring:Limits:ConnectionAgeMs=1000");
        await using var proxy = new CutProxy(() => new Uri(server.Address));
        await using var client = ScoringClient.Connect(proxy.Address);
        for (var i = 0; i < 10; i++)
        {
            using var result = await client.ScoreAsync(new float[2], 1, 2, cancellationToken: TestEnd);
            time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.InRange(proxy.Connections, 2, int.MaxValue);
    }

    [Fact]
    public async Task A_connection_past_its_age_that_its_client_does_not_end_is_closed()
    {
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, "--Scoring:Limits:ConnectionAgeMs=1000", "--Scoring:Drain:TimeoutMs=5000");
        // SETTINGS_INITIAL_WINDOW_SIZE is 0: the answer is not read, and so the call is open.
        using var client = await FrameClient.ConnectAsync(server, (Frame.InitialWindowSize, 0));
        var message = RawCalls.Frame(RawCalls.Message(2, 3, 3));
        await client.SendAsync(Frame.Call(1, "Score"), Frame.Data(1, message, Frame.EndStream));
        await client.ReceiveUntilAsync(frame => frame.Type == FrameType.Headers);
        time.Advance(TimeSpan.FromMilliseconds(1_101));
        await client.ReceiveUntilAsync(frame => frame.Type == FrameType.GoAway);

        // What cannot move has as long again, and then the time that a drain has.
        time.Advance(TimeSpan.FromMilliseconds(6_101));
        // A client that answers no pings is cut for that after 40 s.
        await client.ReceiveAllAsync().WaitAsync(TimeSpan.FromSeconds(25), TestEnd);
    }

    [Fact]
    public async Task A_connection_past_the_limit_is_closed_and_those_within_it_are_served()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:Connections=1", "--Scoring:Admin:Port=0");
        var first = server.Connect();
        using var before = await first.ScoreAsync(new float[2], 1, 2, cancellationToken: TestEnd);
        var refused = await Assert.ThrowsAsync<ScoringException>(() =>
            server.Connect(new ScoringClientOptions { MaxAttempts = 1 }).ScoreAsync(new float[2], 1, 2, cancellationToken: TestEnd));
        Assert.Equal(StatusCode.Unavailable, refused.Error.Code);
        using var after = await first.ScoreAsync(new float[2], 1, 2, cancellationToken: TestEnd);

        // Those who look after the service are not counted. .NET may try a connection that was closed more than once.
        using var http = new HttpClient();
        var page = await http.GetStringAsync($"{server.AdminAddress}/metrics", TestEnd);
        Assert.Matches("(?m)^scoring_connections_refused[^ ]* [1-9]", page);
    }
}
