using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>Issues certificates for one test.</summary>
internal sealed class Authority : IDisposable
{
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2 _root;

    public Authority(string name = "CN=an authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        _root = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-2), TimeProvider.System.GetUtcNow().AddDays(2));
    }

    /// <summary>What whoever trusts this authority has.</summary>
    public string Pem => _root.ExportCertificatePem();

    public X509Certificate2 Root => _root;

    /// <summary>A certificate of 127.0.0.1, and its key.</summary>
    public (string Certificate, string Key) IssueServer(string subject = "CN=scoring", int daysLeft = 1) => Pems(Issue(subject, ServerUse, daysLeft));

    /// <param name="subject">Whom it is for.</param>
    /// <param name="issuer">Where it says that the certificate of its issuer is; null for nowhere.</param>
    public X509Certificate2 IssueClient(string subject, string? issuer = null) => Issue(subject, ClientUse, daysLeft: 1, issuer);

    public static (string Certificate, string Key) Pems(X509Certificate2 certificate) =>
        (certificate.ExportCertificatePem(), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

    public void Dispose() => _root.Dispose();

    private X509Certificate2 Issue(string subject, Oid use, int daysLeft, string? issuer = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([use], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        if (issuer is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(ocspUris: null, [issuer]));
        }

        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(_root, now.AddDays(-2).AddMinutes(1), now.AddDays(daysLeft), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
