using System.Globalization;
using k8s.Models;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>Nodes can be drained and versions changed, and pods that serve stay.</summary>
internal static class Availability
{
    public static IEnumerable<string> Problems(Deployed deployed)
    {
        var replicas = deployed.All<V2HorizontalPodAutoscaler>().Select(
            scaler => scaler.Spec.MinReplicas ?? 1).SingleOrDefault(deployed.Deployment.Spec.Replicas ?? 1);
        if (deployed.All<V1PodDisruptionBudget>().ToArray() is not [var budget])
        {
            yield return "there is not one disruption budget";
        }
        else if (Allowed(budget.Spec, replicas) is not (> 0 and var allowed))
        {
            yield return "no node with a pod on it can ever be drained";
        }
        else if (replicas > 1 && allowed >= replicas)
        {
            yield return "all pods may be evicted at once";
        }

        var rollout = deployed.Deployment.Spec.Strategy?.RollingUpdate;
        if (rollout is null || rollout.MaxUnavailable?.Value != "0" || rollout.MaxSurge?.Value is null or "0")
        {
            yield return "a change of version takes away pods before others have come";
        }
    }

    private static int Allowed(V1PodDisruptionBudgetSpec budget, int replicas) =>
        budget.MaxUnavailable is { } most ? Count(most, replicas)
        : budget.MinAvailable is { } least ? replicas - Count(least, replicas)
        : 0;

    private static int Count(IntOrString number, int replicas) => number.Value.EndsWith('%')
        ? (int)Math.Ceiling(replicas * int.Parse(number.Value.TrimEnd('%'), CultureInfo.InvariantCulture) / 100.0)
        : int.Parse(number.Value, CultureInfo.InvariantCulture);
}
