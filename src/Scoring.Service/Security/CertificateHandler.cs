using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Scoring.Service.Security;

/// <summary>Knows callers by the subjects of their certificates, which the handshake has found to be good.</summary>
internal sealed class CertificateHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Context.Connection.ClientCertificate is { } certificate
        ? AuthenticateResult.Success(new AuthenticationTicket(Credentials.Principal(Credentials.CertificateCaller, certificate.Subject), Scheme.Name))
        : AuthenticateResult.NoResult());
}
