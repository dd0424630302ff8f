namespace Scoring.Deploy.Tests.Kinds;

/// <summary>The Prometheus operator's: recording rules and alerts.</summary>
public sealed class PrometheusRule : CustomResource
{
    public RuleFile Spec { get; set; } = new();
}
