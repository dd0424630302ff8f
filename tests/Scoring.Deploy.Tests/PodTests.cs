using Scoring.Deploy.Tests.Manifests;
using Scoring.Deploy.Tests.Rules;
using Scoring.Deploy.Tests.Running;

namespace Scoring.Deploy.Tests;

/// <summary>The service starts with what a deployment gives to it, and answers what the kubelet asks.</summary>
public sealed class PodTests
{
    public static readonly TheoryData<string> Overlays = [.. Deployed.Overlays];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task A_pod_starts_and_answers_its_probes(string overlay)
    {
        var deployed = Deployed.Load(overlay);
        await using var pod = await Pod.StartAsync(deployed, TestEnd);
        foreach (var (name, probe) in Probes.Of(deployed.Container))
        {
            Assert.True(await pod.IsWellAsync(probe!, TestEnd), $"the {name} probe is not answered as it should be");
        }
    }

    [Fact]
    public async Task A_pod_has_the_heads_of_its_config_map()
    {
        await using var pod = await Pod.StartAsync(Deployed.Load("development"), TestEnd);
        var heads = await pod.GetAsync("/v1/heads", TestEnd);
        Assert.Contains("\"iris\"", heads, StringComparison.Ordinal);
        Assert.Contains("\"attributes\"", heads, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_whose_probe_asks_for_what_there_is_not_is_not_well()
    {
        var deployed = Deployed.Parse(Deployed.Text("development").Replace("service: readiness", "service: ready", StringComparison.Ordinal));
        await using var pod = await Pod.StartAsync(deployed, TestEnd);
        await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => pod.IsWellAsync(deployed.Container.ReadinessProbe, TestEnd));
    }

    [Theory]
    [InlineData("value: \"40000\"", "value: \"-1\"", "Scoring:Drain:TimeoutMs is '-1'")]
    [InlineData("value: \"67108864\"", "value: \"1048576\"", "Scoring:Limits:ServerBytes")]
    [InlineData("\"activation\": \"sigmoid\"", "\"activation\": \"relu\"", "attributes")]
    public async Task A_pod_with_a_setting_or_a_head_that_makes_no_sense_does_not_start(string text, string instead, string named)
    {
        var yaml = Deployed.Text("development");
        Assert.Contains(text, yaml, StringComparison.Ordinal);
        var failure = await Assert.ThrowsAnyAsync<Exception>(
            () => Pod.StartAsync(Deployed.Parse(yaml.Replace(text, instead, StringComparison.Ordinal)), TestEnd));
        Assert.Contains(named, failure.ToString(), StringComparison.Ordinal);
    }
}
