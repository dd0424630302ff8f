using k8s.Models;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>Each container says what it needs, and has no more memory than it asked for, so that a node that is full takes it from nobody.</summary>
internal static class Resources
{
    public static IEnumerable<string> Problems(Deployed deployed)
    {
        foreach (var container in deployed.Containers)
        {
            foreach (var resource in new[] { "cpu", "memory" })
            {
                if (Of(container.Resources?.Requests, resource) is not { } request || Of(container.Resources?.Limits, resource) is not { } limit)
                {
                    yield return $"container {container.Name} has no request or no limit of {resource}";
                }
                else if (request > limit || (resource == "memory" && request != limit))
                {
                    yield return $"container {container.Name} asks for {request} of {resource}, with a limit of {limit}";
                }
            }
        }
    }

    public static decimal? Of(IDictionary<string, ResourceQuantity>? resources, string name) =>
        resources is not null && resources.TryGetValue(name, out var quantity) ? quantity.ToDecimal() : null;
}
