using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Heads;

public sealed class HeadRequestTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(BadHeadRequests.Requests), MemberType = typeof(BadHeadRequests), DisableDiscoveryEnumeration = true)]
    public async Task Each_request_that_does_not_fit_its_head_has_its_own_message(ScoreRequest request, string message)
    {
        await using var server = await ScoringServer.StartAsync(BadHeadRequests.Heads);
        var refused = await Assert.ThrowsAsync<ScoringException>(() => server.Connect().ScoreAsync(request, TestEnd));
        Assert.Equal(message, refused.Error.Message);
        Assert.Equal(message.StartsWith("row ", StringComparison.Ordinal), refused.Error.Row is not null);
    }

    [Fact]
    public async Task Of_many_heads_an_unknown_name_lists_some()
    {
        await using var server = await ScoringServer.StartAsync(
            [.. Enumerable.Range(0, 30).Select(i => $"--Scoring:Heads:a{i:00}:activation=linear")]);
        var refused = await Assert.ThrowsAsync<ScoringException>(
            () => server.Connect().ScoreAsync(new ScoreRequest { Head = "b", Classes = 1, Logits = new float[1] }, TestEnd));
        Assert.StartsWith("head 'b' is not configured; there are a00, a01, ", refused.Error.Message, StringComparison.Ordinal);
        Assert.EndsWith(", a18, a19 and 14 more", refused.Error.Message, StringComparison.Ordinal);
    }
}
