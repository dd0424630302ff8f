namespace Scoring.Deploy.Tests.Kinds;

/// <summary>cert-manager's: an authority.</summary>
public sealed class Issuer : CustomResource
{
    public IssuerSpec Spec { get; set; } = new();

    public sealed class IssuerSpec
    {
        public Dictionary<string, string>? SelfSigned { get; set; }

        public Authority? Ca { get; set; }
    }

    public sealed class Authority
    {
        public string SecretName { get; set; } = string.Empty;
    }
}
