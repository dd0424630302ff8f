using System.Net;
using Scoring.Client.Connections;
using Scoring.Client.Tests.Cases;

namespace Scoring.Client.Tests;

public sealed class ScoringChannelTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clear_text_goes_through_no_proxy()
    {
        await using var server = new ScriptedServer(ClientCase.Named("Score is answered"));
        var options = new ScoringClientOptions { MaxAttempts = 1 };
        var address = ScoringAddress.Parse(server.Address, []);
        var handler = ScoringChannel.CreateHandler(address, options);
        // As the environment would name one, where nobody is.
        handler.Proxy = new WebProxy("http://127.0.0.1:1");
        await using var client = new ScoringClient(ScoringChannel.Create(address, handler, options, [], logs: null), options);
        using var result = await client.ScoreAsync(new float[3], 1, 3, cancellationToken: TestEnd);
        Assert.Equal(1, result.Rows);
    }

    [Theory]
    [InlineData("http://scoring:8080", false, false)]
    [InlineData("https://scoring:8080", false, true)]
    [InlineData("unix:/run/scoring.sock", false, false)]
    [InlineData("dns:///scoring:8080", false, false)]
    [InlineData("dns:///scoring:8080", true, true)]
    public void Tls_alone_may_go_through_a_proxy(string address, bool useTls, bool mayGo)
    {
        using var handler = ScoringChannel.CreateHandler(ScoringAddress.Parse(address, []), new ScoringClientOptions { UseTls = useTls });
        Assert.Equal(mayGo, handler.UseProxy);
    }

    [Fact]
    public async Task A_redirected_call_takes_the_key_and_the_logits_nowhere()
    {
        await using var elsewhere = new ScriptedServer(ClientCase.Named("Score is answered"));
        await using var server = new ScriptedServer(ClientCase.Of(
            $$"""{ "calls": [[{ "do": "receive" }, { "do": "redirect", "status": 307, "location": "{{elsewhere.Address}}/" }]] }"""));
        await using var client = ScoringClient.Connect(server.Address, new ScoringClientOptions { ApiKey = "a-key" });
        var refused = await Assert.ThrowsAsync<ScoringException>(() => client.ScoreAsync(new float[3], 1, 3, cancellationToken: TestEnd));
        Assert.Equal(Grpc.Core.StatusCode.Unknown, refused.Error.Code);
        Assert.Contains("307", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, elsewhere.Begun);
    }
}
