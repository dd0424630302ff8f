using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using Scoring.Service.Files;

namespace Scoring.Service.Security;

/// <summary>
/// Encrypts the connections of an endpoint. Each handshake is made with the files as they are then; connections that stand are left alone.
/// </summary>
internal sealed class TlsHandshake(IOptions<TlsSettings> settings, WatchedFiles<TlsFiles> files)
{
    public void Use(ListenOptions endpoint) =>
        endpoint.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(Options()) });

    private SslServerAuthenticationOptions Options()
    {
        var now = files.Current;
        var clients = settings.Value.ClientCertificates;
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = now.Certificate,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = clients != ClientCertificates.None,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (clients != ClientCertificates.None)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                // What is missing of a chain .NET would fetch from wherever the certificate says, of a client that nobody knows yet.
                DisableCertificateDownloads = true,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(now.ClientAuthorities);
            options.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                certificate is null ? clients == ClientCertificates.Allow : errors == SslPolicyErrors.None;
        }

        return options;
    }
}
