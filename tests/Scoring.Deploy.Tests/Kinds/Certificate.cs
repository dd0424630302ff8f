namespace Scoring.Deploy.Tests.Kinds;

/// <summary>cert-manager's: a certificate that it keeps in a secret.</summary>
public sealed class Certificate : CustomResource
{
    public CertificateSpec Spec { get; set; } = new();

    public sealed class CertificateSpec
    {
        public string SecretName { get; set; } = string.Empty;

        public string CommonName { get; set; } = string.Empty;

        public bool IsCA { get; set; }

        public List<string> DnsNames { get; set; } = [];

        public List<string> Usages { get; set; } = [];

        public string Duration { get; set; } = string.Empty;

        public string RenewBefore { get; set; } = string.Empty;

        public CertificateKey PrivateKey { get; set; } = new();

        public IssuerReference IssuerRef { get; set; } = new();
    }

    public sealed class CertificateKey
    {
        public string Algorithm { get; set; } = string.Empty;

        public int Size { get; set; }

        public string RotationPolicy { get; set; } = string.Empty;
    }
}
