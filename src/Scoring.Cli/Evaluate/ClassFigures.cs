using Scoring.V1;

namespace Scoring.Cli.Evaluate;

/// <summary>The figures of one class, or of one label.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Quality">Precision, recall, F1 and support.</param>
/// <param name="Auroc">Area under the ROC curve; null for classes that exclude each other.</param>
internal sealed record ClassFigures(string Name, ClassQuality Quality, double? Auroc)
{
    /// <summary>All classes in their order; or, of more than <paramref name="most"/>, those with the least F1 that occur.</summary>
    public static IReadOnlyList<ClassFigures> Of(Evaluation evaluation, int most)
    {
        var labels = evaluation.Metrics.LabelMetrics;
        var qualities = labels?.PerLabel ?? evaluation.Metrics.ClassMetrics.PerClass;
        var figures = qualities.Select((quality, index) => new ClassFigures(
            evaluation.NameOf(index), quality, labels is null ? null : labels.Auroc.Count > index ? labels.Auroc[index] : double.NaN));
        return qualities.Count <= most
            ? [.. figures]
            : [.. figures.Where(figure => figure.Quality.Support > 0).OrderBy(figure => figure.Quality.F1).Take(most)];
    }
}
