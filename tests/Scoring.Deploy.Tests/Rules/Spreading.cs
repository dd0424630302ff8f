using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>Pods spread over zones and nodes, those of each version by themselves.</summary>
internal static class Spreading
{
    public static IEnumerable<string> Problems(Deployed deployed)
    {
        var constraints = deployed.Pod.TopologySpreadConstraints ?? [];
        foreach (var key in new[] { "topology.kubernetes.io/zone", "kubernetes.io/hostname" })
        {
            if (constraints.SingleOrDefault(constraint => constraint.TopologyKey == key) is not { MaxSkew: 1, MatchLabelKeys: ["pod-template-hash"] })
            {
                yield return $"pods do not spread by {key}";
            }
        }
    }
}
