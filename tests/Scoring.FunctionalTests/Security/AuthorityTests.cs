using System.Net;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.V1;

namespace Scoring.FunctionalTests.Security;

/// <summary>Tokens whose keys an authority tells, as those change, and as the authority fails.</summary>
public sealed class AuthorityTests
{
    private const string Foreign = "the token's signature is of none of the issuer's keys";
    private const string Unread = "the token cannot be checked, because the issuer's keys cannot be read now";

    /// <summary>How long the service waits for an authority, and until it asks again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_keys_come_from_the_metadata_of_an_authority()
    {
        using var issuer = new Issuer();
        await using var authority = await TokenAuthority.StartAsync(issuer);
        await using var server = await ScoringServer.StartAsync(new FakeTimeProvider(), authority.Settings);
        Assert.Null(await RefusalAsync(server, issuer.Issue()));
        var foreign = await RefusalAsync(server, issuer.Issue(issuer: "https://elsewhere.example.com"));
        Assert.Equal((StatusCode.Unauthenticated, "the token is of another issuer (iss)"), foreign);
    }

    [Fact]
    public async Task Where_the_issuer_is_set_what_the_metadata_say_of_it_does_not_count()
    {
        const string Other = "https://elsewhere.example.com";
        using var issuer = new Issuer();
        await using var authority = await TokenAuthority.StartAsync(issuer);
        await using var server = await ScoringServer.StartAsync([.. authority.Settings, $"--Scoring:Auth:Jwt:Issuer={Other}"]);
        Assert.Null(await RefusalAsync(server, issuer.Issue(issuer: Other)));
        Assert.Equal((StatusCode.Unauthenticated, "the token is of another issuer (iss)"), await RefusalAsync(server, issuer.Issue()));
    }

    [Fact]
    public async Task The_first_token_of_a_new_key_is_good_and_a_key_that_is_withdrawn_is_not_any_more()
    {
        using var first = new Issuer("k1");
        using var second = new Issuer("k2");
        await using var authority = await TokenAuthority.StartAsync(first);
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, authority.Settings);
        Assert.Null(await RefusalAsync(server, first.Issue()));
        authority.Publish(second);
        time.Advance(Patience);
        Assert.Null(await RefusalAsync(server, second.Issue()));
        Assert.Equal((StatusCode.Unauthenticated, Foreign), await RefusalAsync(server, first.Issue()));
    }

    [Fact]
    public async Task A_key_that_is_withdrawn_is_noticed_without_a_token_of_a_new_one()
    {
        using var issuer = new Issuer();
        await using var authority = await TokenAuthority.StartAsync(issuer);
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, authority.Settings);
        Assert.Null(await RefusalAsync(server, issuer.Issue()));
        authority.Publish();
        // The first steps may come before the service waits for the next reading, and the call before that reading has ended.
        for (var i = 0; i < 1000 && await RefusalAsync(server, issuer.Issue()) is null; i++)
        {
            time.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Equal((StatusCode.Unauthenticated, Foreign), await RefusalAsync(server, issuer.Issue()));
    }

    [Fact]
    public async Task Made_up_tokens_have_the_keys_read_once_in_a_few_seconds_and_no_more()
    {
        using var first = new Issuer("k1");
        using var second = new Issuer("k2");
        using var nobody = new Issuer("made up");
        await using var authority = await TokenAuthority.StartAsync(first);
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, authority.Settings);
        Assert.Null(await RefusalAsync(server, first.Issue()));
        time.Advance(Patience);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal((StatusCode.Unauthenticated, Foreign), await RefusalAsync(server, nobody.Issue()));
        }

        Assert.Equal(2, authority.Reads);
        authority.Publish(first, second);
        time.Advance(Patience);
        Assert.Null(await RefusalAsync(server, second.Issue()));
        Assert.Equal(3, authority.Reads);
    }

    [Fact]
    public async Task While_an_authority_does_not_answer_all_calls_wait_for_one_reading_and_are_told()
    {
        using var issuer = new Issuer();
        await using var authority = await TokenAuthority.StartAsync(issuer);
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        authority.Answer = hangs.Task;
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, authority.Settings);
        server.ExpectedLog = "The issuer's keys cannot be read";
        var calls = Enumerable.Range(0, 20).Select(_ => RefusalAsync(server, issuer.Issue())).ToArray();
        await authority.Asked.WaitAsync(TestEnd);
        time.Advance(Patience);
        Assert.All(await Task.WhenAll(calls), refused => Assert.Equal((StatusCode.Unavailable, Unread), refused));
        Assert.Equal(1, authority.Reads);
        Assert.Contains("no answer in 5 s", Assert.Single(server.LogLines), StringComparison.Ordinal);

        hangs.SetResult();
        time.Advance(Patience);
        Assert.Null(await RefusalAsync(server, issuer.Issue()));
    }

    [Fact]
    public async Task A_call_that_ends_while_it_waits_for_an_authority_leaves_nothing_in_the_log()
    {
        using var issuer = new Issuer();
        await using var authority = await TokenAuthority.StartAsync(issuer);
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        authority.Answer = hangs.Task;
        await using var server = await ScoringServer.StartAsync(new FakeTimeProvider(), authority.Settings);
        await using (var calls = new SecureCalls(server.Address, headers: ("authorization", $"Bearer {issuer.Issue()}")))
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
            var call = calls.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: end.Token);
            await authority.Asked.WaitAsync(TestEnd);
            await end.CancelAsync();
            Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        }

        hangs.SetResult();
        Assert.Null(await RefusalAsync(server, issuer.Issue()));
    }

    [Theory]
    [InlineData("http://127.0.0.1:9")]
    [InlineData("http://127.0.0.1:9/realm/")]
    public async Task While_an_authority_cannot_be_reached_no_token_is_good_nor_bad(string address)
    {
        using var issuer = new Issuer();
        await using var server = await ScoringServer.StartAsync(
            $"--Scoring:Auth:Jwt:Authority={address}", $"--Scoring:Auth:Jwt:Audience={Issuer.Audience}", "--Scoring:Listen:HttpPort=0");
        server.ExpectedLog = $"The issuer's keys cannot be read from {address}";
        Assert.Equal((StatusCode.Unavailable, Unread), await RefusalAsync(server, issuer.Issue()));
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.HttpAddress}/v1/heads");
        request.Headers.Authorization = new("Bearer", issuer.Issue());
        using var response = await http.SendAsync(request, TestEnd);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains(Unread, await response.Content.ReadAsStringAsync(TestEnd), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_were_read_stay_good_while_an_authority_says_nonsense()
    {
        using var issuer = new Issuer();
        using var nobody = new Issuer("made up");
        await using var authority = await TokenAuthority.StartAsync(issuer);
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, authority.Settings);
        server.ExpectedLog = "The issuer's keys cannot be read";
        Assert.Null(await RefusalAsync(server, issuer.Issue()));
        authority.PublishText("<html>");
        time.Advance(Patience);
        Assert.Equal((StatusCode.Unauthenticated, Foreign), await RefusalAsync(server, nobody.Issue()));
        Assert.Single(server.LogLines);
        Assert.Null(await RefusalAsync(server, issuer.Issue()));
    }

    [Fact]
    public async Task A_reading_that_a_call_asked_for_and_that_failed_is_made_again_without_another_call()
    {
        using var issuer = new Issuer();
        using var nobody = new Issuer("made up");
        await using var authority = await TokenAuthority.StartAsync(issuer);
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, authority.Settings);
        server.ExpectedLog = "The issuer's keys";
        Assert.Null(await RefusalAsync(server, issuer.Issue()));
        authority.PublishText("<html>");
        time.Advance(Patience);
        Assert.Equal((StatusCode.Unauthenticated, Foreign), await RefusalAsync(server, nobody.Issue()));
        var reads = authority.Reads;
        authority.Publish(issuer);
        // Less than the time between readings that go well.
        for (var i = 0; i < 50 && authority.Reads == reads; i++)
        {
            time.Advance(Patience);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestEnd);
        }

        Assert.True(authority.Reads > reads);
    }

    /// <summary>What a call with this token is refused for; null where it is not.</summary>
    private static async Task<(StatusCode Code, string Message)?> RefusalAsync(ScoringServer server, string token)
    {
        await using var calls = new SecureCalls(server.Address, headers: ("authorization", $"Bearer {token}"));
        try
        {
            await calls.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd);
            return null;
        }
        catch (RpcException refused)
        {
            return (refused.StatusCode, refused.Status.Detail.Split(';')[0]);
        }
    }
}
