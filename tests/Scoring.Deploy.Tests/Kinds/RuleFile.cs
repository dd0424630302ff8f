namespace Scoring.Deploy.Tests.Kinds;

/// <summary>Prometheus's own: a file of rules, and what a PrometheusRule has for its spec.</summary>
public sealed class RuleFile
{
    public List<Group> Groups { get; set; } = [];

    public IEnumerable<Rule> Alerts => Groups.SelectMany(group => group.Rules).Where(rule => rule.Alert is not null);

    public sealed class Group
    {
        public string Name { get; set; } = string.Empty;

        public string? Interval { get; set; }

        public List<Rule> Rules { get; set; } = [];
    }

    public sealed class Rule
    {
        public string? Record { get; set; }

        public string? Alert { get; set; }

        public string Expr { get; set; } = string.Empty;

        public string? For { get; set; }

        public SortedDictionary<string, string> Labels { get; set; } = [];

        public SortedDictionary<string, string> Annotations { get; set; } = [];
    }
}
