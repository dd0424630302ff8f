using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Google.Protobuf.Collections;
using Scoring.Cli.Files;
using Scoring.V1;

namespace Scoring.Cli.Evaluate.Report;

/// <summary>An evaluation as one page that needs nothing but itself: no script, no network. Light, dark and print are the style sheet's.</summary>
internal static class ReportPage
{
    public static string Format(Evaluation evaluation)
    {
        var what = evaluation.Calibration is null ? "evaluation" : "calibration";
        var title = $"{Path.GetFileName(evaluation.File)}: {what}";
        var page = new XElement(
            "html",
            new XAttribute("lang", "en"),
            new XElement(
                "head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("title", title),
                new XElement("style", "\n" + Style())),
            new XElement(
                "body",
                new XElement(
                    "main",
                    new XElement("h1", title),
                    Facts(evaluation),
                    ReportTables.Figures(evaluation),
                    Reliability(evaluation),
                    Confusions(evaluation),
                    ReportTables.Classes(evaluation),
                    ReportTables.Metrics(evaluation),
                    ReportTables.Configuration(evaluation),
                    new XElement("footer", $"Made by scoring {typeof(ReportPage).Assembly.GetName().Version?.ToString(3)}."))));

        foreach (var part in page.DescendantNodes().OfType<XText>())
        {
            part.Value = SvgChart.Legible(part.Value);
        }

        // HTML, and XML as well: elements that may not be empty in HTML have an end of their own, and the others have none.
        var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, NewLineChars = "\n" }))
        {
            page.WriteTo(writer);
        }

        return "<!DOCTYPE html>\n" + text + "\n";
    }

    private static XElement Facts(Evaluation evaluation)
    {
        var head = evaluation.Head.Definition;
        var fitted = evaluation.Calibration is { } calibration ? $" → {ReportTables.Number(calibration.Temperature)}" : "";
        return new XElement(
            "div",
            new XAttribute("class", "facts"),
            Fact("head", head.Name),
            Fact("rows", evaluation.Rows.ToString("N0", CultureInfo.InvariantCulture)),
            Fact(evaluation.Targets == TargetKind.Labels ? "labels" : "classes", evaluation.Classes.ToString("N0", CultureInfo.InvariantCulture)),
            Fact("temperature", ReportTables.Number(evaluation.Temperature) + fitted),
            Fact("measured", evaluation.Time.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture)));

        static XElement Fact(string name, string value) => new("span", name + " ", new XElement("b", value));
    }

    private static XElement Reliability(Evaluation evaluation)
    {
        var perLabel = evaluation.Targets == TargetKind.Labels;
        (string Name, EvaluateResponse Response, double Temperature)[] shown = evaluation.Calibration is { } calibration
            ? [("Before", calibration.Before, evaluation.Temperature), ("After", calibration.After, calibration.Temperature)]
            : [("", evaluation.Metrics, evaluation.Temperature)];
        var highest = shown.SelectMany(one => Bins(one.Response)).Max(bin => (double)bin.Count);
        return new XElement(
            "section",
            new XElement("h2", "Reliability"),
            new XElement(
                "p",
                new XAttribute("class", "note"),
                perLabel
                    ? "Of the labels whose probability is in a bin, the share that is 1. A calibrated head meets the diagonal. Below, the labels in "
                        + "each bin."
                    : "Of the rows whose confidence is in a bin, the share that is right. A calibrated head meets the diagonal. Below, the rows in "
                        + "each bin."),
            new XElement(
                "div",
                new XAttribute("class", "legend"),
                Swatch("right", "", perLabel ? "share that is 1" : "accuracy"),
                Swatch("right", "under", "of it, above the mean " + (perLabel ? "probability" : "confidence: not sure enough")),
                Swatch("wrong", "gap", "missing to the mean " + (perLabel ? "probability" : "confidence: too sure")),
                new XElement("span", new XAttribute("class", "ideal"), "perfect calibration")),
            new XElement(
                "div",
                new XAttribute("class", "pair"),
                shown.Select(one => new XElement(
                    "div",
                    one.Name.Length == 0
                        ? null
                        : new XElement(
                            "h3", $"{one.Name}: temperature {ReportTables.Number(one.Temperature)}, calibration error "
                            + $"{Metric.Format(Error(one.Response))}"),
                    ReliabilityChart.Draw(Bins(one.Response), highest, perLabel, $"Reliability diagram over {Bins(one.Response).Count} bins"))),
                evaluation.Calibration is null ? ReportTables.Bins(Bins(evaluation.Metrics), perLabel) : null));
    }

    private static XElement? Confusions(Evaluation evaluation)
    {
        if (evaluation.Metrics.ClassMetrics is not { Confusion.Count: > 0 })
        {
            return null;
        }

        var chart = new ConfusionChart(evaluation);
        var drawn = chart.Draw();
        return new XElement(
            "section",
            new XElement("h2", "Confusion matrix"),
            new XElement(
                "p",
                new XAttribute("class", "note"),
                "How many rows of each class are taken for which. The stronger the colour, the more rows, on a logarithmic scale up to "
                + chart.Highest.ToString("N0", CultureInfo.InvariantCulture) + "."
                + (chart.ClassesPerCell > 1 ? $" A cell is {chart.ClassesPerCell} × {chart.ClassesPerCell} classes." : "")),
            new XElement(
                "div",
                new XAttribute("class", "legend"),
                Swatch("right", "", "right"),
                Swatch("wrong", "", "wrong")),
            drawn,
            ReportTables.Confusions(evaluation));
    }

    private static XElement Swatch(string color, string kind, string text) =>
        new("span", new XAttribute("class", kind), new XAttribute("style", $"--swatch:var(--{color})"), text);

    private static RepeatedField<CalibrationBin> Bins(EvaluateResponse response) => response.LabelMetrics?.Bins ?? response.ClassMetrics.Bins;

    private static double Error(EvaluateResponse response) =>
        response.LabelMetrics?.ExpectedCalibrationError ?? response.ClassMetrics.ExpectedCalibrationError;

    private static string Style()
    {
        using var reader = new StreamReader(typeof(ReportPage).Assembly.GetManifestResourceStream("report.css")!);
        return reader.ReadToEnd();
    }
}
