using k8s;
using k8s.Models;

namespace Scoring.Deploy.Tests.Kinds;

/// <summary>A kind that Kubernetes does not have of its own, as far as the manifests make use of it: what is not named here is refused.</summary>
public abstract class CustomResource : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = string.Empty;

    public string Kind { get; set; } = string.Empty;

    public V1ObjectMeta Metadata { get; set; } = new();
}
