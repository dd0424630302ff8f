using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Client;

/// <summary>Whoever has given the client a wrong address reads what is wrong with it.</summary>
public sealed class WrongAddressTests
{
    [Fact]
    public async Task The_port_of_JSON_is_told_apart_by_a_call_and_by_a_stream()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        // .NET may keep to itself what it has read.
        await AssertExplainedAsync(
            server.HttpAddress,
            "speaks no HTTP/2 in clear text|did not begin to speak HTTP/2 in clear text|broke a new connection off before it said anything",
            "JSON and metrics have ports of their own");
    }

    [Fact]
    public async Task A_service_in_clear_text_is_told_from_one_with_TLS()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Listen:HttpPort=0");
        await AssertExplainedAsync(
            server.HttpAddress.Replace("http://", "https://", StringComparison.Ordinal), "speaks no TLS", "has an address with http://");
    }

    [Fact]
    public async Task A_port_at_which_nobody_listens_is_told_in_a_few_words()
    {
        await using var client = ScoringClient.Connect("http://localhost:1", new ScoringClientOptions { MaxAttempts = 1 });
        var request = new ScoreRequest { Classes = 2, Logits = new float[] { 1, 2 } };
        var call = await Assert.ThrowsAsync<ScoringException>(() => client.ScoreAsync(request, TestContext.Current.CancellationToken));
        Assert.Equal("Connection refused (localhost:1)", call.Error.Message);
    }

    private static async Task AssertExplainedAsync(string address, string what, string instead)
    {
        await using var client = ScoringClient.Connect(address, new ScoringClientOptions { MaxAttempts = 1, StreamPatience = TimeSpan.Zero });
        var request = new ScoreRequest { Classes = 2, Logits = new float[] { 1, 2 } };
        var call = await Assert.ThrowsAsync<ScoringException>(() => client.ScoreAsync(request, TestContext.Current.CancellationToken));
        var stream = await Assert.ThrowsAsync<ScoringException>(async () =>
        {
            await foreach (var result in client.ScoreStreamAsync(new[] { request }.ToAsyncEnumerable(), TestContext.Current.CancellationToken))
            {
                result.Dispose();
            }
        });
        Assert.All([call, stream], exception =>
        {
            Assert.Matches($"^what answers there ({what})\\b", exception.Error.Message);
            Assert.EndsWith(instead, exception.Error.Message, StringComparison.Ordinal);
        });
    }
}
