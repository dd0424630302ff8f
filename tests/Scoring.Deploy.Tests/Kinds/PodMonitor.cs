using k8s.Models;

namespace Scoring.Deploy.Tests.Kinds;

/// <summary>The Prometheus operator's: which pods are scraped.</summary>
public sealed class PodMonitor : CustomResource
{
    public MonitorSpec Spec { get; set; } = new();

    public sealed class MonitorSpec
    {
        public string JobLabel { get; set; } = string.Empty;

        public V1LabelSelector Selector { get; set; } = new();

        public List<Endpoint> PodMetricsEndpoints { get; set; } = [];
    }

    public sealed class Endpoint
    {
        public string Port { get; set; } = string.Empty;

        public string Path { get; set; } = string.Empty;

        public string Interval { get; set; } = string.Empty;

        public List<Relabeling> Relabelings { get; set; } = [];
    }

    public sealed class Relabeling
    {
        public List<string> SourceLabels { get; set; } = [];

        public string TargetLabel { get; set; } = string.Empty;
    }
}
