using System.Text.Json;
using k8s;
using k8s.Models;
using Scoring.Deploy.Tests.Kinds;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>Rules and dashboard are those of <c>deploy/observability</c>, and see the pods as they expect to.</summary>
internal static class Monitoring
{
    public static IEnumerable<string> Problems(Deployed deployed)
    {
        foreach (var monitor in deployed.All<PodMonitor>().Select(monitor => monitor.Spec))
        {
            if (!deployed.PodLabels.TryGetValue(monitor.JobLabel, out var job) || job != "scoring")
            {
                yield return "the job is not named scoring";
            }

            if (monitor.PodMetricsEndpoints is not
                [{ Path: "/metrics", Relabelings: [{ SourceLabels: ["__meta_kubernetes_pod_name"], TargetLabel: "instance" }] }])
            {
                yield return "pods are not scraped by their names";
            }

            if (deployed.All<PrometheusRule>().SingleOrDefault() is not { } rules
                || Json(rules.Spec) != Json(
                    KubernetesYaml.Deserialize<RuleFile>(Repository.Read("deploy/observability/scoring.rules.yml"), strict: true)))
            {
                yield return "the rules are not those of deploy/observability";
            }

            if (deployed.All<V1ConfigMap>().SingleOrDefault(map => map.Metadata.Name == "scoring-dashboard") is not { } dashboard
                || dashboard.Metadata.Labels["grafana_dashboard"] != "1"
                || dashboard.Data.Values.Single() != Repository.Read("deploy/observability/grafana-dashboard.json"))
            {
                yield return "the dashboard is not that of deploy/observability";
            }
        }
    }

    private static string Json(RuleFile rules) => JsonSerializer.Serialize(rules);
}
