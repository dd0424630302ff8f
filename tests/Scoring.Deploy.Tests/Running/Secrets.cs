using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Scoring.Service;

namespace Scoring.Deploy.Tests.Running;

/// <summary>What a cluster has in its secrets, for one test.</summary>
internal static class Secrets
{
    /// <summary>The text of a file of a secret, by its name there.</summary>
    public static Dictionary<string, string> Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=scoring", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return new()
        {
            ["tls.crt"] = certificate.ExportCertificatePem(),
            ["tls.key"] = key.ExportPkcs8PrivateKeyPem(),
            ["ca.crt"] = certificate.ExportCertificatePem(),
            ["keys.json"] = $"{{ {NewApiKey.Create("trainer").Entry} }}",
        };
    }
}
