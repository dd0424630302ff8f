using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Scoring.Service.Files;

namespace Scoring.Service.Security;

/// <summary>Knows callers by tokens: which are good, and what is said of those that are not.</summary>
internal sealed class JwtSetup(IOptions<JwtSettings> settings, WatchedFiles<JwtKeys>? keys = null) : IConfigureNamedOptions<JwtBearerOptions>
{
    /// <summary>Those with a public key; whoever checks a token of the others could make one.</summary>
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    /// <summary>An account of the caller may be kept under it.</summary>
    private const int MaxSubjectLength = 256;

    public void Configure(string? name, JwtBearerOptions options)
    {
        if (name != Credentials.Token)
        {
            return;
        }

        options.MapInboundClaims = false;
        options.SaveToken = false;
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAudience = settings.Value.Audience,
            ValidIssuer = settings.Value.Issuer.Length > 0 ? settings.Value.Issuer : null,
            ValidAlgorithms = Algorithms,
            ClockSkew = TimeSpan.FromSeconds(30),
        };
        if (keys is null)
        {
            options.Authority = settings.Value.Authority;
            options.RequireHttpsMetadata = !settings.Value.IsOnThisMachine;
        }
        else
        {
            options.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, _, _) => keys.Current.Keys;
        }

        options.Events = new JwtBearerEvents { OnTokenValidated = Name, OnAuthenticationFailed = Explain };
    }

    public void Configure(JwtBearerOptions options) => Configure(Options.DefaultName, options);

    private Task Name(TokenValidatedContext context)
    {
        var claim = settings.Value.HeadsClaim;
        var subject = context.Principal?.FindFirst(JwtRegisteredClaimNames.Sub)?.Value;
        if (subject is { Length: > 0 and <= MaxSubjectLength })
        {
            context.Principal = Credentials.Principal(
                "jwt", subject, claim.Length > 0 ? context.Principal!.FindAll(claim).Select(heads => heads.Value) : null);
        }
        else
        {
            context.Fail(string.IsNullOrEmpty(subject)
                ? "the token names nobody: it has no sub"
                : $"the token's sub has {subject.Length} characters, and {MaxSubjectLength} are taken");
        }

        return Task.CompletedTask;
    }

    /// <summary>Says it in words of our own, which have nothing of the token.</summary>
    private async Task Explain(AuthenticationFailedContext context)
    {
        if (keys is null && !await HasAuthorityAsync(context))
        {
            context.Fail("the token cannot be checked, because the issuer's keys cannot be had now");
            return;
        }

        context.Fail(context.Exception switch
        {
            SecurityTokenExpiredException expired => $"the token has expired at {expired.Expires:u}",
            SecurityTokenNotYetValidException early => $"the token is good from {early.NotBefore:u} on",
            SecurityTokenInvalidAudienceException => $"the token is not for '{settings.Value.Audience}' (aud)",
            SecurityTokenInvalidIssuerException => "the token is of another issuer (iss)",
            SecurityTokenInvalidAlgorithmException => "the token is signed with an algorithm that is not taken (alg)",
            SecurityTokenNoExpirationException => "the token never expires: it has no exp",
            SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException => "the token's signature is of none of the issuer's keys",
            _ => "the token is no JSON Web Token",
        });
    }

    /// <summary>Whether the issuer's metadata are there; once they have been, they are for a long time.</summary>
    private static async Task<bool> HasAuthorityAsync(AuthenticationFailedContext context)
    {
        try
        {
            return context.Options.ConfigurationManager is { } metadata && await metadata.GetConfigurationAsync(context.HttpContext.RequestAborted) is not null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException)
        {
            return false;
        }
    }
}
