using System.Text.RegularExpressions;
using k8s;
using Scoring.Deploy.Tests.Kinds;
using Scoring.Deploy.Tests.Manifests;
using Scoring.Deploy.Tests.Rules;

namespace Scoring.Deploy.Tests;

/// <summary><c>docs/operations.md</c> has what whoever is woken by an alert looks for, and names what there is.</summary>
public sealed partial class OperationsTests
{
    private static readonly string Page = Repository.Read("docs/operations.md");

    private static readonly RuleFile Alerts = KubernetesYaml.Deserialize<RuleFile>(
        Repository.Read("deploy/observability/scoring.rules.yml"), strict: true);

    /// <summary>The sections on alerts, by name.</summary>
    private static readonly Dictionary<string, string> Sections = Page[Page.IndexOf("\n## Alerts\n", StringComparison.Ordinal)..]
        .Split("\n### ")[1..]
        .ToDictionary(section => section[..section.IndexOf('\n')], section => section);

    [Fact]
    public void Every_alert_has_a_section_and_every_section_an_alert() =>
        Assert.Equal(Alerts.Alerts.Select(alert => alert.Alert).Order(), Sections.Keys.Order());

    [Fact]
    public void An_alert_leads_to_its_section() => Assert.All(
        Alerts.Alerts,
        alert => Assert.Equal($"docs/operations.md#{alert.Alert!.ToLowerInvariant()}", alert.Annotations["runbook_url"]));

    [Fact]
    public void A_section_tells_how_bad_it_is_what_to_look_at_and_what_to_do() => Assert.All(Alerts.Alerts, alert =>
    {
        var section = Sections[alert.Alert!];
        Assert.StartsWith($"{alert.Alert}\n\n{alert.Labels["severity"]}.", section, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\nLook:", section, StringComparison.Ordinal);
        Assert.Contains("\nDo", section, StringComparison.Ordinal);
    });

    [Fact]
    public void Overlays_and_components_are_those_that_there_are()
    {
        Assert.All(Deployed.Overlays, overlay => Assert.Contains($"| `overlays/{overlay}` |", Page, StringComparison.Ordinal));
        Assert.All(Deployed.Components, component => Assert.Contains($"{component}`", Page, StringComparison.Ordinal));
        Assert.All(
            Paths().Matches(Page + Repository.Read("README.md")).Select(match => match.Value),
            path => Assert.True(Directory.Exists(Repository.PathOf($"deploy/kubernetes/{path}")), $"there is no {path}"));
    }

    [Fact]
    public void Secrets_that_nobody_makes_have_their_command() =>
        Assert.All(Mounts.ByHand.Keys, secret => Assert.Matches($"kubectl -n scoring create secret (generic|tls) {secret} ", Page));

    [Fact]
    public void Settings_are_those_that_there_are() => Assert.All(
        SettingNames().Matches(Page).Select(match => match.Value.Replace("__", ":", StringComparison.Ordinal)),
        name => Assert.True(Settings.IsSetting(name), $"there is no {name}"));

    [GeneratedRegex("(overlays|components)/[a-z-]+")]
    private static partial Regex Paths();

    [GeneratedRegex("Scoring(__|:)[A-Z][A-Za-z_:]+[a-z]")]
    private static partial Regex SettingNames();
}
