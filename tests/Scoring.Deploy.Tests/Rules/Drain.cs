using System.Globalization;
using k8s.Models;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>A pod has the time that the service takes to end without losing anything, and clients of many pods the time to notice.</summary>
internal static class Drain
{
    /// <summary>What it takes for all nodes to hear that a pod is leaving, on a cluster that is busy.</summary>
    private const long NoticeMs = 5000;

    public static IEnumerable<string> Problems(Deployed deployed)
    {
        var delay = deployed.Settings.Number("Scoring:Drain:DelayMs");
        var timeout = deployed.Settings.Number("Scoring:Drain:TimeoutMs");
        var grace = deployed.Pod.TerminationGracePeriodSeconds ?? 30;
        if (grace * 1000 <= delay + timeout)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"a grace period of {grace} s is too short for a drain of {delay} ms and {timeout} ms");
        }

        if (delay < NoticeMs && deployed.Has<V2HorizontalPodAutoscaler>("scoring"))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{delay} ms are too short for clients of many pods to notice that one is leaving");
        }

        if (deployed.Settings.Number("Scoring:Limits:ConnectionAgeMs") == 0)
        {
            yield return "connections have no age, so that streams would not come to new pods";
        }

        if (deployed.Container.Lifecycle?.PreStop?.Exec is not null)
        {
            yield return "a preStop hook needs a shell, which the image has not";
        }
    }
}
