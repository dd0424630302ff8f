using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Axes;

namespace Scoring.Cli.Evaluate.Report;

/// <summary>What the charts have in common: how they look, and how they become a part of the page.</summary>
internal static class SvgChart
{
    public const double FontSize = 12;

    private const string Font = "system-ui";

    public static PlotModel NewModel(OxyThickness margins) => new()
    {
        DefaultFont = Font,
        DefaultFontSize = FontSize,
        Background = OxyColors.Transparent,
        PlotAreaBorderThickness = new OxyThickness(0),
        PlotMargins = margins,
        Padding = new OxyThickness(0),
        TextColor = ChartColor.Ink,
    };

    public static LinearAxis NewAxis(AxisPosition position, string title, double minimum, double maximum) => new()
    {
        Position = position,
        Title = title,
        Minimum = minimum,
        Maximum = maximum,
        TextColor = ChartColor.Muted,
        TitleColor = ChartColor.Ink,
        TicklineColor = ChartColor.Line,
        AxislineColor = ChartColor.Line,
        MajorGridlineColor = ChartColor.Line,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineThickness = 1,
        MinorTickSize = 0,
        MajorTickSize = 0,
        AxisTickToLabelDistance = 6,
        AxisTitleDistance = 8,
    };

    /// <summary>The text with a replacement for each character that a page cannot have, such as one that controls a terminal.</summary>
    public static string Legible(string text) => string.Concat(text.EnumerateRunes().Select(
        rune => rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? Rune.ReplacementChar : rune));

    /// <summary>The chart as an element that scales with the page.</summary>
    /// <param name="model">The chart.</param>
    /// <param name="width">Width in pixels, at most.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="description">What is to be seen, for those who do not see it.</param>
    public static XElement Render(PlotModel model, double width, double height, string description)
    {
        var exporter = new SvgExporter { Width = width, Height = height };
        var drawn = XElement.Parse(ChartColor.ToVariables(exporter.ExportToString(model)));
        return new XElement(
            "svg",
            new XAttribute("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width:0} {height:0}")),
            new XAttribute("style", string.Create(CultureInfo.InvariantCulture, $"max-width:{width:0}px")),
            new XAttribute("role", "img"),
            new XElement("title", description),
            drawn.Elements().Select(ForPage));
    }

    /// <summary>Text of the page's own beside what the plotting library draws.</summary>
    public static XElement Text(double x, double y, string text, double angle = 0) => new(
        "text",
        new XAttribute("transform", string.Create(CultureInfo.InvariantCulture, $"translate({x:0.#},{y:0.#}) rotate({angle:0})")),
        new XAttribute("text-anchor", "middle"),
        new XAttribute("font-size", FontSize),
        new XAttribute("style", "fill:var(--ink)"),
        text);

    /// <summary>
    /// Within a page, SVG needs no namespace, and nothing that looks like an address. The font is the page's. Clips go: their names would meet those
    /// of the other charts, and nothing is drawn outside. A colour that is a variable must be a style.
    /// </summary>
    private static XElement? ForPage(XElement element) => element.Name.LocalName == "defs"
        ? null
        : new XElement(
            element.Name.LocalName,
            element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration).Select(ForPage),
            element.Nodes().Select(node => node is XElement child ? ForPage(child) : node));

    private static XAttribute? ForPage(XAttribute attribute) => attribute.Name.LocalName switch
    {
        "clip-path" or "font-family" or "font-weight" => null,
        "fill" => new XAttribute("style", $"fill:{attribute.Value}"),
        "style" => new XAttribute("style", attribute.Value.Replace(";stroke:black;stroke-width:0", "", StringComparison.Ordinal)),
        _ => attribute,
    };
}
