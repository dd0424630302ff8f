using k8s.Models;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>Each container is probed, by a way that it answers. Whether the service answers is for PodTests to see.</summary>
internal static class Probes
{
    public static IEnumerable<string> Problems(Deployed deployed)
    {
        foreach (var container in deployed.Containers)
        {
            foreach (var (name, probe) in Of(container))
            {
                foreach (var problem in Problems(deployed, container, probe))
                {
                    yield return $"the {name} probe of container {container.Name} {problem}";
                }
            }

            if (container.StartupProbe is { FailureThreshold: var failures, PeriodSeconds: var period } && failures * (period ?? 10) < 30)
            {
                yield return $"container {container.Name} has less than 30 s to start";
            }

            if (container.LivenessProbe is { } live && (live.FailureThreshold ?? 3) * (live.PeriodSeconds ?? 10) < 60)
            {
                yield return $"container {container.Name} is restarted when it does not answer for less than a minute";
            }
        }
    }

    public static IEnumerable<(string Name, V1Probe? Probe)> Of(V1Container container) =>
        [("startup", container.StartupProbe), ("readiness", container.ReadinessProbe), ("liveness", container.LivenessProbe)];

    private static IEnumerable<string> Problems(Deployed deployed, V1Container container, V1Probe? probe)
    {
        if (probe?.Grpc is null == probe?.HttpGet is null || probe is { Exec: not null } or { TcpSocket: not null })
        {
            yield return "is missing, or asks by gRPC and by HTTP, or by neither";
        }

        if (probe?.Grpc is { } grpc)
        {
            if (container.Ports.All(port => port.ContainerPort != grpc.Port))
            {
                yield return $"asks on port {grpc.Port}, which the container has not";
            }

            if (container == deployed.Container && deployed.Settings.HasTls)
            {
                yield return "asks by gRPC in clear text, where there is TLS";
            }
        }

        if (probe?.HttpGet is { } http && container.Ports.All(port => port.Name != http.Port.Value))
        {
            yield return $"asks on port {http.Port.Value}, which the container has not";
        }
    }
}
