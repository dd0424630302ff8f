using k8s.Models;
using Scoring.Deploy.Tests.Kinds;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>Whatever selects pods selects those of the deployment, in its namespace.</summary>
internal static class Selectors
{
    public static IEnumerable<string> Problems(Deployed deployed)
    {
        IEnumerable<(string Owner, IDictionary<string, string>? Labels)> selectors =
        [
            ("the deployment", deployed.Deployment.Spec.Selector.MatchLabels),
            .. deployed.All<V1Service>().Select(service => ($"service {service.Metadata.Name}", (IDictionary<string, string>?)service.Spec.Selector)),
            .. deployed.All<V1NetworkPolicy>().Select(
                policy => ($"policy {policy.Metadata.Name}", (IDictionary<string, string>?)policy.Spec.PodSelector.MatchLabels)),
            .. deployed.All<V1PodDisruptionBudget>().Select(
                budget => ("the disruption budget", (IDictionary<string, string>?)budget.Spec.Selector.MatchLabels)),
            .. deployed.All<PodMonitor>().Select(_ => ("the pod monitor", (IDictionary<string, string>?)_.Spec.Selector.MatchLabels)),
            .. deployed.Pod.TopologySpreadConstraints.Select(
                spread => ("a constraint of the topology", (IDictionary<string, string>?)spread.LabelSelector.MatchLabels)),
        ];
        foreach (var (owner, labels) in selectors)
        {
            if (labels is not { Count: > 0 } || labels.Any(
                label => !deployed.PodLabels.TryGetValue(label.Key, out var value) || value != label.Value))
            {
                yield return $"{owner} does not select the pods";
            }
        }

        var space = deployed.All<V1Namespace>().Single().Metadata.Name;
        foreach (var stray in deployed.All().Where(item => item is not V1Namespace && item.Metadata.NamespaceProperty != space))
        {
            yield return $"{stray.Kind} {stray.Metadata.Name} is not in namespace {space}";
        }

        if (!deployed.All<V1NetworkPolicy>().Any(policy => policy.Spec.PolicyTypes is ["Ingress", "Egress"]))
        {
            yield return "no policy keeps traffic out and in";
        }

        if (deployed.All<V1NetworkPolicy>().Any(policy => policy.Spec.Ingress?.Any(ingress => ingress.FromProperty is not { Count: > 0 }) is true))
        {
            yield return "a policy lets everybody in";
        }

        if (!deployed.All<V1Service>().Any(service => service.Spec.ClusterIP == "None"))
        {
            yield return "no service tells clients the addresses of all pods";
        }
    }
}
