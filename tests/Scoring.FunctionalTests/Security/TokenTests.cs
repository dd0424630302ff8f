using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Security;

public sealed class TokenTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_has_a_token_of_the_issuer_is_served(bool isPem)
    {
        using var issuer = new Issuer();
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(folder, isPem ? issuer.PublicPem : issuer.KeySet);
        Assert.Null(await RefusalAsync(server, issuer.Issue()));
    }

    [Fact]
    public async Task A_token_that_is_not_good_is_refused_with_what_is_wrong_with_it()
    {
        using var issuer = new Issuer();
        using var other = new Issuer();
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(folder, issuer.PublicPem);
        Assert.Equal("the call has no credentials", await RefusalAsync(server, null));
        Assert.StartsWith("the token has expired at ", await RefusalAsync(server, issuer.Issue(minutesLeft: -5)), StringComparison.Ordinal);
        Assert.Equal("the token is not for 'scoring' (aud)", await RefusalAsync(server, issuer.Issue(audience: "billing")));
        Assert.Equal("the token is of another issuer (iss)", await RefusalAsync(server, issuer.Issue(issuer: "https://elsewhere.example.com")));
        Assert.Equal("the token's signature is of none of the issuer's keys", await RefusalAsync(server, other.Issue()));
        Assert.Equal("the token names nobody: it has no sub", await RefusalAsync(server, issuer.Issue(subject: null)));
        Assert.Equal(
            "the token's sub has 257 characters, and 256 are taken", await RefusalAsync(server, issuer.Issue(subject: new string('a', 257))));
        Assert.Equal("the token's header has what must be understood and is not (crit)", await RefusalAsync(
            server, issuer.Issue(header: new Dictionary<string, object> { ["crit"] = new[] { "unknown" }, ["unknown"] = 1 })));
        Assert.Equal("the token is no JSON Web Token", await RefusalAsync(server, "gibberish"));
        Assert.Equal("the token's signature is of none of the issuer's keys", await RefusalAsync(
            server, $"{issuer.Issue().Split('.')[0]}.{other.Issue().Split('.')[1]}.AAAA"));
    }

    [Fact]
    public async Task A_token_that_is_signed_with_the_public_key_as_a_secret_or_not_at_all_is_refused()
    {
        using var issuer = new Issuer();
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(folder, issuer.PublicPem);
        var confused = issuer.Issue(
            signedWith: new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(issuer.PublicPem)), SecurityAlgorithms.HmacSha256));
        Assert.NotNull(await RefusalAsync(server, confused));
        var parts = issuer.Issue().Split('.');
        Assert.NotNull(await RefusalAsync(server, $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}."));
    }

    [Fact]
    public async Task The_keys_are_read_again_when_their_file_changes()
    {
        using var first = new Issuer();
        using var second = new Issuer();
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(folder, first.PublicPem, "--Scoring:Files:PollMs=10");
        using var reloads = new FileReloadRecorder(server);
        folder.Write("keys", second.KeySet);
        await reloads.NextIsAsync("jwt_keys", "accepted");
        Assert.Null(await RefusalAsync(server, second.Issue()));
        Assert.NotNull(await RefusalAsync(server, first.Issue()));
    }

    [Fact]
    public async Task A_file_without_any_key_leaves_no_token_good()
    {
        using var issuer = new Issuer();
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(folder, issuer.KeySet, "--Scoring:Files:PollMs=10");
        using var reloads = new FileReloadRecorder(server);
        Assert.Null(await RefusalAsync(server, issuer.Issue()));
        folder.Write("keys", """{ "keys": [] }""");
        await reloads.NextIsAsync("jwt_keys", "accepted");
        Assert.Equal("the token's signature is of none of the issuer's keys", await RefusalAsync(server, issuer.Issue()));
    }

    [Fact]
    public async Task Tokens_and_API_keys_may_be_taken_side_by_side()
    {
        using var issuer = new Issuer();
        using var folder = new TemporaryFolder();
        using var keys = new KeyFile("trainer");
        await using var server = await StartAsync(folder, issuer.PublicPem, keys.Setting);
        Assert.Null(await RefusalAsync(server, issuer.Issue()));
        Assert.Null(await RefusalAsync(server, keys.Keys["trainer"]));
        Assert.Equal("the API key is nobody's", await RefusalAsync(server, "nobody's"));
        Assert.Equal("the token is not for 'scoring' (aud)", await RefusalAsync(server, issuer.Issue(audience: "billing")));
    }

    [Theory]
    [InlineData("Scoring:Auth:Jwt:Audience is empty", "--Scoring:Auth:Jwt:Authority=https://issuer.example.com")]
    [InlineData("it must begin with https://", "--Scoring:Auth:Jwt:Authority=http://issuer.example.com", "--Scoring:Auth:Jwt:Audience=a")]
    [InlineData("one of the two must tell the issuer's keys", "--Scoring:Auth:Jwt:Audience=a")]
    [InlineData("Scoring:Auth:Jwt:Issuer is empty", "--Scoring:Auth:Jwt:KeysFile=FILE", "--Scoring:Auth:Jwt:Audience=a")]
    [InlineData("has both Authority and KeysFile", "--Scoring:Auth:Jwt:KeysFile=FILE", "--Scoring:Auth:Jwt:Authority=https://a",
        "--Scoring:Auth:Jwt:Audience=a", "--Scoring:Auth:Jwt:Issuer=a")]
    [InlineData("Scoring:Auth:Jwt:KeysFile is '/nowhere', which cannot be used", "--Scoring:Auth:Jwt:KeysFile=/nowhere",
        "--Scoring:Auth:Jwt:Audience=a", "--Scoring:Auth:Jwt:Issuer=a")]
    public async Task Settings_that_would_take_too_much_stop_the_start(string said, params string[] settings)
    {
        using var issuer = new Issuer();
        using var folder = new TemporaryFolder();
        var file = folder.Write("keys", issuer.PublicPem);
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ScoringServer.StartAsync([.. settings.Select(setting => setting.Replace("FILE", file, StringComparison.Ordinal))]));
        Assert.Contains(refused.Failures, failure => failure.Contains(said, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PRIVATE", "it has a PRIVATE KEY")]
    [InlineData("{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}", "it has a symmetric key")]
    [InlineData("{}", "it has no public key")]
    [InlineData("{\"keys\":[{\"kty\":\"RSA\",\"use\":\"enc\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}", "it has no public key")]
    [InlineData("{\"keys\":", "which cannot be used")]
    [InlineData("{\"keys\":null}", "it is no JSON Web Key Set")]
    [InlineData("{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AA\"}]}", "it has an RSA key of 8 bits; 2048 are the least")]
    [InlineData("nothing", "it has no public key")]
    public async Task A_file_without_public_keys_or_with_secrets_stops_the_start(string text, string said)
    {
        using var issuer = new Issuer();
        using var folder = new TemporaryFolder();
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(folder, text == "PRIVATE" ? issuer.PrivatePem : text));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    private static Task<ScoringServer> StartAsync(TemporaryFolder folder, string keys, params string[] settings) => ScoringServer.StartAsync(
    [
        $"--Scoring:Auth:Jwt:KeysFile={folder.Write("keys", keys)}",
        $"--Scoring:Auth:Jwt:Audience={Issuer.Audience}",
        $"--Scoring:Auth:Jwt:Issuer={Issuer.Name}",
        .. settings,
    ]);

    /// <summary>What a call with this token is refused for; null where it is not.</summary>
    private static async Task<string?> RefusalAsync(ScoringServer server, string? token)
    {
        await using var calls = new SecureCalls(server.Address, headers: token is null ? [] : [("authorization", $"Bearer {token}")]);
        try
        {
            await calls.Generated.ListHeadsAsync(new V1.ListHeadsRequest(), cancellationToken: TestEnd);
            return null;
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.Unauthenticated)
        {
            return refused.Status.Detail.Split(';')[0];
        }
    }
}
