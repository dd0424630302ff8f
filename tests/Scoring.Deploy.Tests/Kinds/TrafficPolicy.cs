namespace Scoring.Deploy.Tests.Kinds;

/// <summary>
/// Envoy Gateway's: timeouts that the Gateway API has no field for, of a route (BackendTrafficPolicy) or of a gateway (ClientTrafficPolicy).
/// </summary>
public sealed class TrafficPolicy : CustomResource
{
    public PolicySpec Spec { get; set; } = new();

    public sealed class PolicySpec
    {
        public List<Target> TargetRefs { get; set; } = [];

        public Timeouts Timeout { get; set; } = new();
    }

    public sealed class Target
    {
        public string Group { get; set; } = string.Empty;

        public string Kind { get; set; } = string.Empty;

        public string Name { get; set; } = string.Empty;
    }

    public sealed class Timeouts
    {
        public HttpTimeouts Http { get; set; } = new();
    }

    public sealed class HttpTimeouts
    {
        public string? RequestTimeout { get; set; }

        public string? MaxStreamDuration { get; set; }

        public string? StreamIdleTimeout { get; set; }
    }
}
