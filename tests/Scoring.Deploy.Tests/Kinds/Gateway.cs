namespace Scoring.Deploy.Tests.Kinds;

/// <summary>The Gateway API's: where clients from outside arrive.</summary>
public sealed class Gateway : CustomResource
{
    public GatewaySpec Spec { get; set; } = new();

    public sealed class GatewaySpec
    {
        public string GatewayClassName { get; set; } = string.Empty;

        public List<Listener> Listeners { get; set; } = [];
    }

    public sealed class Listener
    {
        public string Name { get; set; } = string.Empty;

        public int Port { get; set; }

        public string Protocol { get; set; } = string.Empty;

        public string Hostname { get; set; } = string.Empty;

        public ListenerTls? Tls { get; set; }
    }

    public sealed class ListenerTls
    {
        public string Mode { get; set; } = string.Empty;

        public List<SecretReference> CertificateRefs { get; set; } = [];
    }

    public sealed class SecretReference
    {
        public string Kind { get; set; } = string.Empty;

        public string Name { get; set; } = string.Empty;
    }
}
