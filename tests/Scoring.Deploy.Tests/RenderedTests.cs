using System.Security.Cryptography;
using k8s;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests;

/// <summary>
/// What is checked is what there is: <c>deploy/render</c> has been run since anything that it reads has changed. That needs no kubectl to see:
/// <c>SHA256SUMS</c> has the
/// sources and what was made of them.
/// </summary>
public sealed class RenderedTests
{
    private const string Remedy = "run deploy/render, which needs kubectl or kustomize";

    private static readonly string Sums = $"{Deployed.Rendered}/SHA256SUMS";

    private static readonly string[] Outside =
    [
        "deploy/heads.json", "deploy/observability/grafana-dashboard.json", "deploy/observability/kustomization.yaml",
        "deploy/observability/scoring.rules.yml",
    ];

    [Fact]
    public void Rendered_manifests_are_those_of_their_sources()
    {
        var now = Directory.GetFiles(Repository.PathOf("deploy/kubernetes"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Path, file).Replace('\\', '/'))
            .Concat(Outside)
            .Where(file => file != Sums)
            .Order(StringComparer.Ordinal)
            .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Repository.PathOf(file))))}  {file["deploy/".Length..]}");
        Assert.True(now.SequenceEqual(File.ReadLines(Repository.PathOf(Sums))), $"deploy/kubernetes has changed since it was rendered: {Remedy}");
    }

    [Fact]
    public void Every_overlay_is_rendered_and_nothing_else() => Assert.Equal(
        Deployed.Overlays,
        Directory.GetFiles(Repository.PathOf(Deployed.Rendered), "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)).Order());

    [Fact]
    public void Every_component_is_part_of_an_overlay()
    {
        var used = Deployed.Overlays
            .Select(overlay => KubernetesYaml.Deserialize<Kustomization>(Repository.Read($"deploy/kubernetes/overlays/{overlay}/kustomization.yaml")))
            .SelectMany(overlay => overlay.Components)
            .Select(component => Path.GetFileName(component));
        Assert.Equal(Deployed.Components, used.Distinct().Order());
    }

    [Fact]
    public void The_heads_of_the_base_are_those_of_the_example() =>
        Assert.Equal(Repository.Read("deploy/heads.json"), Repository.Read("deploy/kubernetes/base/heads.json"));

    public sealed class Kustomization
    {
        public List<string> Components { get; set; } = [];
    }
}
