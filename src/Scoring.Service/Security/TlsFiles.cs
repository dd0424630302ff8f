using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Scoring.Service.Files;

namespace Scoring.Service.Security;

/// <summary>What handshakes are made with, as its files were at one time.</summary>
/// <param name="Certificate">The service's certificate, with those that it sends along.</param>
/// <param name="ClientAuthorities">Who issues the certificates of clients; empty where they have none.</param>
internal sealed record TlsFiles(SslStreamCertificateContext Certificate, X509Certificate2Collection ClientAuthorities)
{
    /// <exception cref="InvalidDataException">One of the files cannot be used.</exception>
    public static TlsFiles Read(TlsSettings settings, TimeProvider time)
    {
        var keyFile = settings.KeyFile.Length > 0 ? settings.KeyFile : settings.CertificateFile;
        var chain = ReadCertificates("CertificateFile", settings.CertificateFile);
        var certificate = ReadKey(chain[0], keyFile);
        if (certificate.NotAfter.ToUniversalTime() < time.GetUtcNow().UtcDateTime)
        {
            throw new InvalidDataException($"Scoring:Tls:CertificateFile is '{settings.CertificateFile}', whose certificate has expired at "
                + $"{certificate.NotAfter.ToUniversalTime():u}");
        }

        chain.RemoveAt(0);
        return new TlsFiles(
            SslStreamCertificateContext.Create(certificate, chain, offline: true),
            settings.ClientCaFile.Length > 0 ? ReadAuthorities("ClientCaFile", settings.ClientCaFile) : []);
    }

    private static X509Certificate2Collection ReadCertificates(string setting, string file) => Try(
        () =>
        {
            var pem = SmallFile.ReadAllText(file);
            Pem.IsWhole(pem);
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(pem);
            return certificates.Count > 0 ? certificates : throw new CryptographicException("it has no certificate in PEM");
        },
        $"Scoring:Tls:{setting} is '{file}'");

    /// <summary>A chain is followed to a root that is trusted: an authority of which the root is not there would have every client refused.</summary>
    private static X509Certificate2Collection ReadAuthorities(string setting, string file) => Try(
        () =>
        {
            var authorities = ReadCertificates(setting, file);
            // A root may have a certificate by an older one beside its own.
            var roots = authorities.Where(IsSelfIssued).ToList();
            return authorities.FirstOrDefault(authority =>
                !authorities.Any(issuer => IsSame(issuer.SubjectName, authority.IssuerName))
                    && !roots.Any(root => IsSame(root.SubjectName, authority.SubjectName))) is { } rootless
                ? throw new CryptographicException($"'{rootless.Subject}' is issued by '{rootless.Issuer}', whose certificate is not in the file")
                : authorities;
        },
        $"Scoring:Tls:{setting} is '{file}'");

    private static bool IsSelfIssued(X509Certificate2 certificate) => IsSame(certificate.SubjectName, certificate.IssuerName);

    private static bool IsSame(X500DistinguishedName one, X500DistinguishedName other) => one.RawData.AsSpan().SequenceEqual(other.RawData);

    private static X509Certificate2 ReadKey(X509Certificate2 certificate, string file) => Try(
        () =>
        {
            var pem = SmallFile.ReadAllText(file);
            return X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), pem);
        },
        $"Scoring:Tls:KeyFile is '{file}'");

    private static T Try<T>(Func<T> read, string setting)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"{setting}, which cannot be used: {exception.Message}", exception);
        }
    }
}
