using System.ComponentModel.DataAnnotations;

namespace Scoring.Service.Security;

/// <summary><c>Scoring:Tls</c>: encryption of the ports that clients reach. The admin port and a Unix domain socket have none.</summary>
internal sealed class TlsSettings : IValidatableObject
{
    /// <summary>The service's certificate, and those between it and the root, in PEM; empty for clear text.</summary>
    public string CertificateFile { get; set; } = string.Empty;

    /// <summary>The certificate's private key in PEM, not encrypted; empty where it lies in <see cref="CertificateFile"/>.</summary>
    public string KeyFile { get; set; } = string.Empty;

    /// <summary>The authorities that issue clients' certificates, in PEM. No others are trusted, not even the machine's.</summary>
    public string ClientCaFile { get; set; } = string.Empty;

    /// <summary>Whether clients have certificates of their own.</summary>
    public ClientCertificates ClientCertificates { get; set; }

    internal bool IsOn => CertificateFile.Length > 0;

    internal IReadOnlyList<string> Files => [.. new[] { CertificateFile, KeyFile, ClientCaFile }.Where(file => file.Length > 0)];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsOn && (KeyFile.Length > 0 || ClientCaFile.Length > 0 || ClientCertificates != ClientCertificates.None))
        {
            yield return new ValidationResult(
                "Scoring:Tls:CertificateFile is empty, and other settings of Scoring:Tls are not; without it there is no TLS.");
        }

        if (ClientCertificates != ClientCertificates.None && ClientCaFile.Length == 0)
        {
            yield return new ValidationResult(
                "Scoring:Tls:ClientCaFile is empty, and clients' certificates are asked for; it must name who issues them.");
        }

        if (ClientCertificates == ClientCertificates.None && ClientCaFile.Length > 0)
        {
            yield return new ValidationResult("Scoring:Tls:ClientCaFile is set, and ClientCertificates is none; it must be allow or require.");
        }
    }
}
