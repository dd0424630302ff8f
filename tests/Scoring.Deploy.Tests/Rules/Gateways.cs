using k8s.Models;
using Scoring.Deploy.Tests.Kinds;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>A gateway that clients reach encrypted leads to the service in clear text, and cuts no stream short.</summary>
internal static class Gateways
{
    public static IEnumerable<string> Problems(Deployed deployed)
    {
        foreach (var gateway in deployed.All<Gateway>())
        {
            if (gateway.Spec.Listeners is not
                [{ Protocol: "HTTPS", Tls: { Mode: "Terminate", CertificateRefs: [{ Kind: "Secret", Name: var secret }] } }]
                || !Mounts.ByHand.ContainsKey(secret))
            {
                yield return "the gateway is not encrypted, or has no certificate";
            }

            if (!deployed.All<TrafficPolicy>().Any(
                policy => policy.Spec.Timeout.Http.StreamIdleTimeout == "0s" && Targets(policy, "Gateway", gateway.Metadata.Name)))
            {
                yield return "the gateway ends streams that are idle";
            }
        }

        foreach (var route in deployed.All<GrpcRoute>())
        {
            if (route.Spec.ParentRefs is not [var parent]
                || !deployed.All<Gateway>().Any(gateway => gateway.Metadata.Name == parent.Name
                    && gateway.Spec.Listeners.Any(
                        listener => listener.Name == parent.SectionName && route.Spec.Hostnames.Contains(listener.Hostname))))
            {
                yield return "the route belongs to no listener of a gateway";
            }

            if (route.Spec.Rules is not [{ BackendRefs: [var backend] }]
                || !deployed.All<V1Service>().Any(service => service.Metadata.Name == backend.Name
                    && service.Spec.Ports.Any(port => port.Port == backend.Port && port.AppProtocol == "kubernetes.io/h2c")))
            {
                yield return "the route leads to no port that speaks HTTP/2 in clear text";
            }

            if (!deployed.All<TrafficPolicy>().Any(
                policy => policy.Spec.Timeout.Http is { RequestTimeout: "0s", MaxStreamDuration: "0s" }
                    && Targets(policy, "GRPCRoute", route.Metadata.Name)))
            {
                yield return "the route ends streams after a while";
            }
        }
    }

    private static bool Targets(TrafficPolicy policy, string kind, string name) =>
        policy.Spec.TargetRefs.Any(target => target.Group == "gateway.networking.k8s.io" && target.Kind == kind && target.Name == name);
}
