using k8s.Models;
using Scoring.Deploy.Tests.Kinds;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>Volumes have what is mounted from them, and files what settings name.</summary>
internal static class Mounts
{
    /// <summary>Secrets that are made by hand, with their keys: docs/operations.md has the commands.</summary>
    public static readonly Dictionary<string, string[]> ByHand = new()
    {
        ["scoring-api-keys"] = ["keys.json"],
        ["scoring-gateway-tls"] = ["tls.crt", "tls.key"]
    };

    public static IEnumerable<string> Problems(Deployed deployed)
    {
        foreach (var volume in deployed.Pod.Volumes)
        {
            if (Files(deployed, volume) is null)
            {
                yield return $"volume {volume.Name} is of something that is not there";
            }

            if (!deployed.Containers.Any(container => container.VolumeMounts.Any(mount => mount.Name == volume.Name)))
            {
                yield return $"volume {volume.Name} is mounted nowhere";
            }

            if (volume.Secret is { } secret && secret.DefaultMode is not 288)
            {
                yield return $"volume {volume.Name} can be read by others than its group";
            }
        }

        foreach (var mount in deployed.Containers.SelectMany(container => container.VolumeMounts))
        {
            var volume = deployed.Pod.Volumes.SingleOrDefault(volume => volume.Name == mount.Name);
            if (volume is null)
            {
                yield return $"{mount.MountPath} is of a volume {mount.Name} that is not there";
            }

            if (mount.SubPath is not null)
            {
                yield return $"{mount.MountPath} is mounted by subPath, and never changes";
            }

            if (mount.ReadOnlyProperty is not true)
            {
                yield return $"{mount.MountPath} can be written to";
            }
        }

        foreach (var (key, path) in deployed.Settings.Own.Where(setting => setting.Value.StartsWith('/')))
        {
            if (FileOf(deployed, path) is not { } file || Files(deployed, file.Volume)?.Contains(file.Name) is not true)
            {
                yield return $"{key} is {path}, which no volume has";
            }
        }
    }

    /// <summary>The volume of a path within the service's container, and the file's name there.</summary>
    public static (V1Volume Volume, string Name)? FileOf(Deployed deployed, string path) =>
        deployed.Container.VolumeMounts.SingleOrDefault(mount => mount.MountPath == Path.GetDirectoryName(path)) is { } mount
            && deployed.Pod.Volumes.SingleOrDefault(volume => volume.Name == mount.Name) is { } volume
            ? (volume, Path.GetFileName(path))
            : null;

    /// <summary>The files of a volume, or null where it is of nothing.</summary>
    public static IReadOnlyCollection<string>? Files(Deployed deployed, V1Volume volume)
    {
        var configMap = deployed.All<V1ConfigMap>().SingleOrDefault(map => map.Metadata.Name == volume.ConfigMap?.Name);
        if (configMap is not null)
        {
            return [.. configMap.Data.Keys];
        }

        if (deployed.All<Certificate>().Any(certificate => certificate.Spec.SecretName == volume.Secret?.SecretName))
        {
            return ["tls.crt", "tls.key", "ca.crt"];
        }

        return volume.Secret is { } secret ? ByHand.GetValueOrDefault(secret.SecretName) : null;
    }
}
