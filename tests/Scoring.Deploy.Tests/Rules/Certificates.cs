using System.Globalization;
using k8s.Models;
using Scoring.Deploy.Tests.Kinds;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>Certificates are issued by somebody, renewed in time, and name whatever clients call the service by.</summary>
internal static class Certificates
{
    public static IEnumerable<string> Problems(Deployed deployed)
    {
        var certificates = deployed.All<Certificate>().ToArray();
        foreach (var (name, spec) in certificates.Select(certificate => (certificate.Metadata.Name, certificate.Spec)))
        {
            if (spec.IssuerRef is not { Group: "cert-manager.io", Kind: "Issuer" } || !deployed.Has<Issuer>(spec.IssuerRef.Name))
            {
                yield return $"nobody issues certificate {name}";
            }

            if (2 * Hours(spec.RenewBefore) > Hours(spec.Duration) || Hours(spec.RenewBefore) < 24)
            {
                yield return $"certificate {name} is renewed too early or too late";
            }

            if (!spec.IsCA && (
                spec.PrivateKey.RotationPolicy != "Always" || spec.Usages is not [var usage] || usage is not ("server auth" or "client auth")))
            {
                yield return $"certificate {name} keeps its key, or serves more than one purpose";
            }
        }

        foreach (var authority in deployed.All<Issuer>().Where(issuer => issuer.Spec.Ca is not null))
        {
            if (!certificates.Any(certificate => certificate.Spec.IsCA && certificate.Spec.SecretName == authority.Spec.Ca!.SecretName))
            {
                yield return $"issuer {authority.Metadata.Name} has no certificate of its own";
            }
        }

        if (deployed.Settings.HasTls)
        {
            var space = deployed.All<V1Namespace>().Single().Metadata.Name;
            var served = certificates.Where(
                certificate => certificate.Spec.Usages.Contains("server auth")).SelectMany(certificate => certificate.Spec.DnsNames).ToHashSet();
            foreach (var service in deployed.All<V1Service>().Select(service => service.Metadata.Name))
            {
                if (!served.IsSupersetOf([service, $"{service}.{space}.svc", $"{service}.{space}.svc.cluster.local"]))
                {
                    yield return $"no certificate has all names of service {service}";
                }
            }
        }
    }

    private static int Hours(string duration) => int.Parse(duration.TrimEnd('h'), CultureInfo.InvariantCulture);
}
