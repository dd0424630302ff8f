using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Scoring.Service.Files;

namespace Scoring.Service.Security;

/// <summary>Knows callers by tokens: which are good, and what is said of those that are not.</summary>
internal sealed class TokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logs,
    UrlEncoder encoder,
    IOptions<JwtSettings> settings,
    AuthorityKeys? authority = null,
    WatchedFiles<JwtKeys>? file = null)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    /// <summary>Those with a public key; whoever checks a token of the others could make one.</summary>
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly JsonWebTokenHandler Tokens = new() { MapInboundClaims = false };

    /// <summary>An account of the caller may be kept under it.</summary>
    private const int MaxSubjectLength = 256;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Credentials.BearerOf(Request) is not { Length: > 0 } token)
        {
            return AuthenticateResult.NoResult();
        }

        try
        {
            var result = await CheckAsync(token);
            if (!result.IsValid)
            {
                return AuthenticateResult.Fail(Explain(result.Exception));
            }

            // RFC 7515, 4.1.11: whoever does not know what a header calls critical refuses the token. The library takes it.
            return ((JsonWebToken)result.SecurityToken).TryGetHeaderValue<object>("crit", out _)
                ? AuthenticateResult.Fail("the token's header has what must be understood and is not (crit)")
                : Name(result);
        }
        catch (IssuerUnavailableException unread)
        {
            return AuthenticateResult.Fail(unread);
        }
        catch (OperationCanceledException) when (Context.RequestAborted.IsCancellationRequested)
        {
            return AuthenticateResult.Fail("the caller has gone");
        }
    }

    private async Task<TokenValidationResult> CheckAsync(string token)
    {
        if (authority is null)
        {
            return await CheckAsync(token, file!.Current);
        }

        var keys = await authority.GetAsync(Context.RequestAborted);
        var result = await CheckAsync(token, keys);
        if (result.Exception is not SecurityTokenSignatureKeyNotFoundException)
        {
            return result;
        }

        // The issuer may have a key that is newer than what was read, and the first one who has a token of it is not to be refused for that.
        var newer = await authority.NewerAsync(keys, Context.RequestAborted);
        return newer == keys ? result : await CheckAsync(token, newer);
    }

    private Task<TokenValidationResult> CheckAsync(string token, JwtKeys keys) => Tokens.ValidateTokenAsync(token, new TokenValidationParameters
    {
        ValidAudience = settings.Value.Audience,
        ValidIssuer = settings.Value.Issuer.Length > 0 ? settings.Value.Issuer : keys.Issuer,
        ValidAlgorithms = Algorithms,
        ClockSkew = TimeSpan.FromSeconds(30),
        IssuerSigningKeyResolver = (_, _, id, _) => keys.For(id),
    });

    private AuthenticateResult Name(TokenValidationResult result)
    {
        var claim = settings.Value.HeadsClaim;
        var subject = result.ClaimsIdentity.FindFirst(JwtRegisteredClaimNames.Sub)?.Value;
        if (subject is not { Length: > 0 and <= MaxSubjectLength })
        {
            return AuthenticateResult.Fail(string.IsNullOrEmpty(subject)
                ? "the token names nobody: it has no sub"
                : $"the token's sub has {subject.Length} characters, and {MaxSubjectLength} are taken");
        }

        var heads = claim.Length > 0 ? result.ClaimsIdentity.FindAll(claim).Select(heads => heads.Value) : null;
        return AuthenticateResult.Success(
            new AuthenticationTicket(Credentials.Principal(Credentials.TokenCaller, subject, heads), Scheme.Name));
    }

    /// <summary>Says it in words of our own, which have nothing of the token.</summary>
    private string Explain(Exception exception) => exception switch
    {
        SecurityTokenExpiredException expired => $"the token has expired at {expired.Expires:u}",
        SecurityTokenNotYetValidException early => $"the token is good from {early.NotBefore:u} on",
        SecurityTokenInvalidAudienceException => $"the token is not for '{settings.Value.Audience}' (aud)",
        SecurityTokenInvalidIssuerException => "the token is of another issuer (iss)",
        SecurityTokenInvalidAlgorithmException => "the token is signed with an algorithm that is not taken (alg)",
        SecurityTokenNoExpirationException => "the token never expires: it has no exp",
        SecurityTokenSignatureKeyNotFoundException
            or SecurityTokenInvalidSignatureException => "the token's signature is of none of the issuer's keys",
        _ => "the token is no JSON Web Token",
    };
}
