using k8s.Models;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>The level "restricted" of Kubernetes' pod security standards, and no token of the cluster's, and nothing to write to.</summary>
internal static class PodSecurity
{
    public static IEnumerable<string> Problems(Deployed deployed)
    {
        var pod = deployed.Pod;
        if (pod.SecurityContext is not { RunAsNonRoot: true, RunAsUser: > 0, SeccompProfile.Type: "RuntimeDefault" })
        {
            yield return "the pod may run as root, or without a seccomp profile";
        }

        if (pod.AutomountServiceAccountToken is not false || deployed.All<V1ServiceAccount>().Any(
            account => account.AutomountServiceAccountToken is not false))
        {
            yield return "the pod has a token of the cluster's";
        }

        if (!deployed.Has<V1ServiceAccount>(pod.ServiceAccountName ?? string.Empty))
        {
            yield return $"there is no service account '{pod.ServiceAccountName}'";
        }

        if (pod.HostNetwork is true || pod.HostPID is true || pod.HostIPC is true || pod.Volumes.Any(volume => volume.HostPath is not null))
        {
            yield return "the pod shares something with its node";
        }

        foreach (var container in deployed.Containers)
        {
            var context = container.SecurityContext;
            if (context is not
                {
                    AllowPrivilegeEscalation: false,
                    ReadOnlyRootFilesystem: true
                } || context.Privileged is true || context.RunAsUser is 0 || context.RunAsNonRoot is false)
            {
                yield return $"container {container.Name} may gain rights or write to its root";
            }

            if (context?.Capabilities is not { Drop: ["ALL"], Add: null })
            {
                yield return $"container {container.Name} keeps capabilities";
            }
        }

        foreach (var level in deployed.All<V1Namespace>().Select(space => space.Metadata.Labels))
        {
            if (!level.TryGetValue("pod-security.kubernetes.io/enforce", out var enforced) || enforced != "restricted")
            {
                yield return "the namespace does not enforce the level restricted";
            }
        }
    }
}
