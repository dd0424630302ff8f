namespace Scoring.Deploy.Tests.Kinds;

/// <summary>The kinds of others, by version and name.</summary>
internal static class CustomKinds
{
    public static readonly Dictionary<string, Type> All = new()
    {
        ["monitoring.coreos.com/v1/PodMonitor"] = typeof(PodMonitor),
        ["monitoring.coreos.com/v1/PrometheusRule"] = typeof(PrometheusRule),
        ["cert-manager.io/v1/Certificate"] = typeof(Certificate),
        ["cert-manager.io/v1/Issuer"] = typeof(Issuer),
        ["gateway.networking.k8s.io/v1/Gateway"] = typeof(Gateway),
        ["gateway.networking.k8s.io/v1/GRPCRoute"] = typeof(GrpcRoute),
        ["gateway.envoyproxy.io/v1alpha1/BackendTrafficPolicy"] = typeof(TrafficPolicy),
        ["gateway.envoyproxy.io/v1alpha1/ClientTrafficPolicy"] = typeof(TrafficPolicy),
    };
}
