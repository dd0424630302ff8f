using k8s.Models;
using Scoring.Deploy.Tests.Kinds;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>The service listens where its container says, and services, policies and monitors go there.</summary>
internal static class Ports
{
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["grpc"] = "Scoring:Listen:Port",
        ["http"] = "Scoring:Listen:HttpPort",
        ["admin"] = "Scoring:Admin:Port",
    };

    public static IEnumerable<string> Problems(Deployed deployed)
    {
        foreach (var (name, setting) in Settings)
        {
            var port = deployed.Container.Ports.SingleOrDefault(port => port.Name == name);
            if (port?.ContainerPort.ToString(System.Globalization.CultureInfo.InvariantCulture) != deployed.Settings.Text(setting))
            {
                yield return $"port {name} is not that of {setting}";
            }
        }

        foreach (var service in deployed.All<V1Service>())
        {
            foreach (var port in service.Spec.Ports)
            {
                if (!IsPort(deployed, port.TargetPort))
                {
                    yield return $"service {service.Metadata.Name} goes to port {port.TargetPort?.Value}, which no container has";
                }

                if (port.AppProtocol != Protocol(port.Name, deployed.Settings.HasTls))
                {
                    yield return $"service {service.Metadata.Name} says that port {port.Name} speaks {port.AppProtocol}";
                }
            }
        }

        foreach (var port in deployed.All<V1NetworkPolicy>().SelectMany(
            policy => policy.Spec.Ingress ?? []).SelectMany(ingress => ingress.Ports ?? [new()]))
        {
            if (!IsPort(deployed, port.Port))
            {
                yield return $"a policy lets in to port {port.Port?.Value}, which no container has";
            }
        }

        foreach (var endpoint in deployed.All<PodMonitor>().SelectMany(monitor => monitor.Spec.PodMetricsEndpoints))
        {
            if (endpoint.Port != "admin")
            {
                yield return $"metrics are scraped from port {endpoint.Port}, and are on admin";
            }

            if (!deployed.All<V1NetworkPolicy>().Any(
                policy => policy.Spec.Ingress?.Any(ingress => ingress.Ports.Any(port => port.Port.Value == endpoint.Port)) is true))
            {
                yield return "no policy lets Prometheus in";
            }
        }
    }

    private static bool IsPort(Deployed deployed, IntOrString? port) =>
        port is not null && deployed.Containers.SelectMany(container => container.Ports).Any(known => known.Name == port.Value);

    private static string Protocol(string port, bool hasTls) => (port, hasTls) switch
    {
        (_, true) => "https",
        ("grpc", false) => "kubernetes.io/h2c",
        (_, false) => "http",
    };
}
