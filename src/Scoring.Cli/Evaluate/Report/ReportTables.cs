using System.Globalization;
using System.Xml.Linq;
using Scoring.V1;

namespace Scoring.Cli.Evaluate.Report;

/// <summary>The page's figures and tables.</summary>
internal static class ReportTables
{
    private const int ClassesShown = 2000;
    private const int ConfusionsShown = 15;
    private const int FiguresShown = 4;

    private static readonly string[] Headlines = ["accuracy", "subset accuracy", "cross-entropy", "binary cross-entropy", "calibration error",
        "macro F1"];

    /// <summary>The few figures that tell most, large.</summary>
    public static XElement Figures(Evaluation evaluation) => Div(
        "figures",
        Pairs(evaluation).Where(pair => Headlines.Contains(pair.Before.Name)).Take(FiguresShown).Select(pair => Div(
            "figure",
            new XElement("span", pair.Before.Name),
            pair.After is null
                ? [new XElement("b", pair.Before.Text)]
                : new object[] { new XElement("i", pair.Before.Text + " → "), new XElement("b", pair.After.Text) })));

    public static XElement Metrics(Evaluation evaluation)
    {
        var fitted = evaluation.Calibration is not null;
        return Section(
            "Metrics",
            "",
            Table(
                fitted ? ["metric", "#before", "#after", ""] : ["metric", "#value", ""],
                Pairs(evaluation).Select(pair => pair.After is null
                    ? new object[] { pair.Before.Name, pair.Before.Text, new XElement("small", pair.Before.Note) }
                    : [pair.Before.Name, pair.Before.Text, pair.After.Text, new XElement("small", pair.Before.Note)])));
    }

    public static XElement Classes(Evaluation evaluation)
    {
        var figures = ClassFigures.Of(evaluation, ClassesShown);
        var perLabel = evaluation.Metrics.LabelMetrics is not null;
        var name = perLabel ? "label" : "class";
        var note = evaluation.Calibration is null || perLabel ? "" : "A temperature changes none of these: the best class stays the best.";
        return Section(
            $"By {name}",
            figures.Count < evaluation.Classes
                ? string.Create(CultureInfo.InvariantCulture, $"The {figures.Count:N0} of {evaluation.Classes:N0} that occur and have the least F1.")
                : note,
            Table(
                [name, "#precision", "#recall", "#F1", .. perLabel ? ["#AUROC"] : Array.Empty<string>(), "#support"],
                figures.Select(figure => new object[]
                {
                    figure.Name,
                    Metric.Format(figure.Quality.Precision),
                    Metric.Format(figure.Quality.Recall),
                    new object[] { Meter(figure.Quality.F1), Metric.Format(figure.Quality.F1) },
                }
                .Concat(figure.Auroc is { } auroc ? [Metric.Format(auroc)] : Array.Empty<object>())
                .Append(Count(figure.Quality.Support)))),
            "long");
    }

    public static XElement? Confusions(Evaluation evaluation)
    {
        var confusions = Confusion.Of(evaluation.Metrics).ToList();
        return confusions.Count == 0
            ? null
            : new XElement(
                "div",
                new XElement(
                    "h3", new XAttribute("style", "margin-top:20px"), confusions.Count > ConfusionsShown
                        ? "The most frequent confusions"
                        : "Confusions"),
                Table(
                    ["target", "predicted", "#rows", "#share of the target's rows"],
                    confusions.Take(ConfusionsShown).Select(confusion => new object[]
                    {
                        evaluation.NameOf(confusion.Target),
                        evaluation.NameOf(confusion.Predicted),
                        Count(confusion.Rows),
                        confusion.Share.ToString("0.0%", CultureInfo.InvariantCulture),
                    })));
    }

    /// <summary>The bins in figures.</summary>
    public static XElement Bins(IReadOnlyList<CalibrationBin> bins, bool perLabel) => Table(
        perLabel ? ["#from", "#to", "#labels", "#probability", "#share of 1", "#gap"] : ["#from", "#to", "#rows", "#confidence", "#accuracy", "#gap"],
        bins.Where(bin => bin.Count > 0).Select(bin => new object[]
        {
            bin.Lower.ToString("0.000", CultureInfo.InvariantCulture),
            bin.Upper.ToString("0.000", CultureInfo.InvariantCulture),
            Count(bin.Count),
            bin.Confidence.ToString("0.000", CultureInfo.InvariantCulture),
            bin.Accuracy.ToString("0.000", CultureInfo.InvariantCulture),
            (bin.Accuracy - bin.Confidence).ToString("+0.000;−0.000;0.000", CultureInfo.InvariantCulture),
        }));

    public static XElement? Configuration(Evaluation evaluation) => evaluation.Calibration is not { } calibration
        ? null
        : Section(
            "The head", "Configuration with the fitted temperature, to go under Scoring:Heads.", new XElement("pre", calibration.HeadConfiguration));

    public static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static IEnumerable<(Metric Before, Metric? After)> Pairs(Evaluation evaluation)
    {
        var before = Metric.Of(evaluation.Metrics);
        return evaluation.Calibration is { } calibration
            ? before.Zip(Metric.Of(calibration.After), (was, now) => (was, (Metric?)now))
            : before.Select(metric => (metric, (Metric?)null));
    }

    private static string Count(ulong count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static XElement Meter(double share) => new(
        "span", new XAttribute("class", "meter"), new XAttribute("style", string.Create(CultureInfo.InvariantCulture, $"--at:{share:0.0%}")), "");

    private static XElement Section(string title, string note, XElement content, string kind = "") => new(
        "section",
        kind.Length == 0 ? null : new XAttribute("class", kind),
        new XElement("h2", title),
        note.Length == 0 ? null : new XElement("p", new XAttribute("class", "note"), note),
        content);

    private static XElement Div(string kind, params object[] content) => new("div", new XAttribute("class", kind), content);

    /// <param name="headers">What is in the columns; those that begin with # hold numbers.</param>
    /// <param name="rows">The cells.</param>
    private static XElement Table(string[] headers, IEnumerable<IEnumerable<object>> rows)
    {
        return Div(
            "wide",
            new XElement(
                "table",
                new XElement("thead", new XElement("tr", headers.Select(header => new XElement("th", Kind(header), header.TrimStart('#'))))),
                new XElement(
                    "tbody", rows.Select(row => new XElement("tr", row.Zip(headers, (cell, header) => new XElement("td", Kind(header), cell)))))));

        static XAttribute? Kind(string header) => header.StartsWith('#') ? new XAttribute("class", "n") : null;
    }
}
