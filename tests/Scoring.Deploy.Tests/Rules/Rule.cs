using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>What must hold for every deployment.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Problems">What does not hold, one line for each thing.</param>
internal sealed record Rule(string Name, Func<Deployed, IEnumerable<string>> Problems)
{
    public static readonly Rule[] All =
    [
        new("security", PodSecurity.Problems),
        new("images", Images.Problems),
        new("resources", Resources.Problems),
        new("memory", Memory.Problems),
        new("probes", Probes.Problems),
        new("drain", Drain.Problems),
        new("settings", EnvironmentVariables.Problems),
        new("mounts", Mounts.Problems),
        new("ports", Ports.Problems),
        new("selectors", Selectors.Problems),
        new("availability", Availability.Problems),
        new("autoscaling", Autoscaling.Problems),
        new("spreading", Spreading.Problems),
        new("monitoring", Monitoring.Problems),
        new("certificates", Certificates.Problems),
        new("gateway", Gateways.Problems),
    ];
}
