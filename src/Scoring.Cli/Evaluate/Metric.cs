using System.Globalization;
using Scoring.V1;

namespace Scoring.Cli.Evaluate;

/// <summary>One figure.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Value">The figure.</param>
/// <param name="Note">What it means, with its unit.</param>
internal sealed record Metric(string Name, double Value, string Note)
{
    /// <summary>The figure as people read it.</summary>
    public string Text => Format(Value);

    public static string Format(double value) => value switch
    {
        double.NaN => "–",
        double.PositiveInfinity => "∞",
        _ => value.ToString("0.0000", CultureInfo.InvariantCulture),
    };

    /// <summary>All figures of one measurement, those that tell most first.</summary>
    public static IReadOnlyList<Metric> Of(EvaluateResponse response) => response.MetricsCase == EvaluateResponse.MetricsOneofCase.LabelMetrics
        ? Of(response.LabelMetrics)
        : Of(response.ClassMetrics);

    private static List<Metric> Of(ClassMetrics metrics) =>
    [
        new("accuracy", metrics.Accuracy, "share of rows whose best class is the target"),
        // Of all classes, the target is always among the best.
        .. metrics.TopKAccuracy.Index().Where(top => top.Index is 1 or 2 or 4 && top.Index + 1 < metrics.PerClass.Count)
            .Select(top => new Metric($"top-{top.Index + 1} accuracy", top.Item, $"share of rows whose target is among the best {top.Index + 1}")),
        new("cross-entropy", metrics.CrossEntropy, "nats: the mean of −log p(target)"),
        new("Brier score", metrics.BrierScore, "the mean squared distance of p from the target, 0 to 2"),
        new("calibration error", metrics.ExpectedCalibrationError, $"ECE: confidence against accuracy, over {metrics.Bins.Count} bins"),
        new("macro precision", metrics.Macro.Precision, "unweighted means over the classes"),
        new("macro recall", metrics.Macro.Recall, ""),
        new("macro F1", metrics.Macro.F1, ""),
    ];

    /// <summary>How far from the exact one an area may be that is of bins, of which JSON tells as auroc_error; nothing where it is exact.</summary>
    public static string Deviation(LabelMetrics metrics) =>
        metrics.AurocError > 0 ? $"; of bins: each area within {Format(metrics.AurocError)}" : "";

    private static List<Metric> Of(LabelMetrics metrics) =>
    [
        new("subset accuracy", metrics.SubsetAccuracy, "share of rows with every label decided rightly"),
        new("Hamming loss", metrics.HammingLoss, "share of labels decided wrongly"),
        new("binary cross-entropy", metrics.BinaryCrossEntropy, "nats: the mean over rows and labels"),
        new("calibration error", metrics.ExpectedCalibrationError, $"ECE: probability against frequency, over {metrics.Bins.Count} bins"),
        new("macro AUROC", metrics.AurocMacro, $"area under the ROC curve, mean over the labels{Deviation(metrics)}"),
        new("micro precision", metrics.Micro.Precision, "over all decisions together"),
        new("micro recall", metrics.Micro.Recall, ""),
        new("micro F1", metrics.Micro.F1, ""),
        new("macro precision", metrics.Macro.Precision, "unweighted means over the labels"),
        new("macro recall", metrics.Macro.Recall, ""),
        new("macro F1", metrics.Macro.F1, ""),
    ];
}
