namespace Scoring.Heads.Metrics;

/// <summary>Areas under the curves of labels, as <see cref="LabelMetrics"/> has them.</summary>
internal sealed record RocAreas(double[] Auroc, double AurocMacro, double AurocError);
