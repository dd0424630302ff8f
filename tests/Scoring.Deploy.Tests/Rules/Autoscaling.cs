using k8s.Models;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>The autoscaler has this deployment to itself, and metrics that there are.</summary>
internal static class Autoscaling
{
    public static IEnumerable<string> Problems(Deployed deployed)
    {
        foreach (var spec in deployed.All<V2HorizontalPodAutoscaler>().Select(scaler => scaler.Spec))
        {
            if (spec.ScaleTargetRef is not { ApiVersion: "apps/v1", Kind: "Deployment" } || !deployed.Has<V1Deployment>(spec.ScaleTargetRef.Name))
            {
                yield return "the autoscaler scales something else";
            }

            if (deployed.Deployment.Spec.Replicas is not null)
            {
                yield return "the deployment has a number of replicas that undoes the autoscaler's";
            }

            if (spec.MinReplicas is not > 1 || spec.MaxReplicas <= spec.MinReplicas)
            {
                yield return $"the autoscaler has from {spec.MinReplicas} to {spec.MaxReplicas} replicas";
            }

            if (spec.Behavior?.ScaleDown?.StabilizationWindowSeconds * 1000 < 2 * deployed.Settings.Number("Scoring:Limits:ConnectionAgeMs"))
            {
                yield return "pods go before connections have come to those that are new";
            }

            if (!spec.Metrics.Any(metric =>
                metric.ContainerResource is { Name: "cpu", Target: { Type: "Utilization", AverageUtilization: > 0 and < 90 } } cpu
                && cpu.Container == deployed.Container.Name))
            {
                yield return "the autoscaler does not look at the service's processors";
            }

            foreach (var metric in spec.Metrics.Where(metric => metric.Type == "Pods").Select(metric => metric.Pods))
            {
                if (!Repository.Read("docs/observability.md").Contains($"`{metric.Metric.Name}`", StringComparison.Ordinal))
                {
                    yield return $"the service has no metric {metric.Metric.Name}";
                }

                if (metric.Metric.Name == "scoring_buffers_rented_bytes" && metric.Target.AverageValue.ToDecimal() > deployed.Settings.Number(
                    "Scoring:Limits:ServerBytes") / 2)
                {
                    yield return "pods are added when more than half of the memory for messages is taken";
                }
            }
        }
    }
}
