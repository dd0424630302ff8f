using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Scoring.Service.Files;

namespace Scoring.Service.Security;

/// <summary>Knows callers by their API keys.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, WatchedFiles<ApiKeys> keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? key = Request.Headers[Credentials.ApiKeyHeader];
        key ??= Credentials.BearerOf(Request);
        if (string.IsNullOrEmpty(key))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        return Task.FromResult(keys.Current.Find(key) is { } known
            ? AuthenticateResult.Success(
                new AuthenticationTicket(Credentials.Principal(Credentials.ApiKeyCaller, known.Name, known.Heads), Scheme.Name))
            : AuthenticateResult.Fail("the API key is nobody's"));
    }
}
