using Scoring.Deploy.Tests.Manifests;
using Scoring.Deploy.Tests.Rules;

namespace Scoring.Deploy.Tests;

/// <summary>What <c>deploy/kubernetes</c> comes to keeps the rules, and each rule is one that can be broken.</summary>
public sealed class ManifestTests
{
    public static readonly MatrixTheoryData<string, string> Deployments = new(Deployed.Overlays, Rule.All.Select(rule => rule.Name));

    [Theory]
    [MemberData(nameof(Deployments))]
    public void A_deployment_keeps_every_rule(string overlay, string rule) =>
        Assert.Empty(Rule.All.Single(candidate => candidate.Name == rule).Problems(Deployed.Load(overlay)));

    [Theory]
    [MemberData(nameof(Mutations.All), MemberType = typeof(Mutations))]
    public void A_deployment_that_breaks_a_rule_is_found_out(string overlay, string text, string instead, string problem) =>
        Assert.Contains(problem, Rule.All.SelectMany(rule => rule.Problems(Mutated(overlay, text, instead))));

    [Fact]
    public void Every_rule_is_one_that_a_mutation_breaks()
    {
        var broken = Mutations.All.Select(mutation => mutation.Data).SelectMany(mutation =>
        {
            var mutated = Mutated(mutation.Item1, mutation.Item2, mutation.Item3);
            return Rule.All.Where(rule => rule.Problems(mutated).Contains(mutation.Item4));
        });
        Assert.Empty(Rule.All.Except(broken));
    }

    [Theory]
    [InlineData("production", "terminationGracePeriodSeconds: 60", "terminationGraceSeconds: 60")]
    [InlineData("production", "maxReplicas: 12", "maxReplicas: twelve")]
    [InlineData("production", "jobLabel:", "job:")]
    [InlineData("production-mtls", "renewBefore:", "renewedBefore:")]
    [InlineData("production-gateway", "kind: GRPCRoute\nmetadata", "kind: RPCRoute\nmetadata")]
    public void A_field_or_a_kind_that_there_is_not_is_refused(string overlay, string text, string instead)
    {
        var refused = Assert.ThrowsAny<Exception>(() => Mutated(overlay, text, instead));
        Assert.IsNotType<Xunit.Sdk.ContainsException>(refused);
    }

    private static Deployed Mutated(string overlay, string text, string instead)
    {
        var yaml = Deployed.Text(overlay);
        Assert.Contains(text, yaml, StringComparison.Ordinal);
        return Deployed.Parse(yaml.Replace(text, instead, StringComparison.Ordinal));
    }
}
