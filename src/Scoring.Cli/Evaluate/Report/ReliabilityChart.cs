using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;
using Scoring.V1;

namespace Scoring.Cli.Evaluate.Report;

/// <summary>
/// A reliability diagram over the histogram of its bins: how often a head is right that says it is so sure. What is between a bin's accuracy and its
/// confidence is the gap: over the bar where the head is too sure, and its upper part where it is not sure enough.
/// </summary>
internal static class ReliabilityChart
{
    private const double Width = 460;
    private const double Height = 500;
    private const double Top = 8;
    private const double Bottom = 42;
    private const double HistogramTop = 0.27;
    private const double ReliabilityBottom = 0.35;

    /// <param name="bins">The bins.</param>
    /// <param name="highest">The count that fills the histogram's height, so that two of them compare.</param>
    /// <param name="perLabel">Whether the bins are of labels' probabilities; of the best class's otherwise.</param>
    /// <param name="description">What is to be seen.</param>
    public static XElement Draw(IReadOnlyList<CalibrationBin> bins, double highest, bool perLabel, string description)
    {
        var model = SvgChart.NewModel(new OxyThickness(62, Top, 12, Bottom));
        var across = SvgChart.NewAxis(AxisPosition.Bottom, perLabel ? "Probability of the label" : "Confidence: probability of the best class", 0, 1);
        across.MajorStep = 0.2;
        across.StringFormat = "0.0";
        var reliability = SvgChart.NewAxis(AxisPosition.Left, "", 0, 1);
        reliability.Key = nameof(reliability);
        reliability.StartPosition = ReliabilityBottom;
        reliability.MajorStep = 0.2;
        reliability.StringFormat = "0.0";
        var counts = SvgChart.NewAxis(AxisPosition.Left, "", 0, highest * 1.18);
        counts.Key = nameof(counts);
        counts.EndPosition = HistogramTop;
        counts.MajorStep = CountText.RoundStep(highest);
        counts.LabelFormatter = CountText.Short;
        model.Axes.Add(across);
        model.Axes.Add(reliability);
        model.Axes.Add(counts);

        model.Series.Add(Bars(bins, nameof(reliability), ChartColor.Right, bin => (0, Math.Min(bin.Accuracy, bin.Confidence))));
        model.Series.Add(Bars(bins, nameof(reliability), OxyColor.FromAColor(110, ChartColor.Right), bin => (bin.Confidence, bin.Accuracy)));
        model.Series.Add(Bars(bins, nameof(reliability), OxyColor.FromAColor(120, ChartColor.Wrong), bin => (bin.Accuracy, bin.Confidence)));
        model.Series.Add(Bars(bins, nameof(counts), ChartColor.Bar, bin => (0, bin.Count)));
        model.Annotations.Add(new LineAnnotation
        {
            YAxisKey = nameof(reliability),
            Type = LineAnnotationType.LinearEquation,
            Slope = 1,
            Color = ChartColor.Muted,
            LineStyle = LineStyle.Dash,
            StrokeThickness = 1.2,
        });
        foreach (var bin in bins.Where(bin => bin.Count > 0))
        {
            model.Annotations.Add(new TextAnnotation
            {
                YAxisKey = nameof(counts),
                Text = CountText.Short(bin.Count),
                TextPosition = new DataPoint((bin.Lower + bin.Upper) / 2, bin.Count),
                TextVerticalAlignment = VerticalAlignment.Bottom,
                TextHorizontalAlignment = HorizontalAlignment.Center,
                Offset = new ScreenVector(0, -3),
                FontSize = 9.5,
                TextColor = ChartColor.Muted,
                Stroke = OxyColors.Transparent,
            });
        }

        var svg = SvgChart.Render(model, Width, Height, description);
        svg.Add(
            SvgChart.Text(12, Middle(ReliabilityBottom, 1), perLabel ? "Share of labels that are 1" : "Accuracy: share that is right", angle: -90));
        svg.Add(SvgChart.Text(12, Middle(0, HistogramTop), perLabel ? "Labels" : "Rows", angle: -90));
        return svg;
    }

    private static double Middle(double from, double to) => Top + ((Height - Top - Bottom) * (1 - ((from + to) / 2)));

    private static RectangleBarSeries Bars(
        IReadOnlyList<CalibrationBin> bins, string axis, OxyColor color, Func<CalibrationBin, (double From, double To)> extent)
    {
        var series = new RectangleBarSeries { YAxisKey = axis, FillColor = color, StrokeThickness = 0 };
        foreach (var bin in bins.Where(bin => bin.Count > 0))
        {
            // A hair of the page between the bars.
            var margin = (bin.Upper - bin.Lower) * 0.05;
            var (from, to) = extent(bin);
            if (to > from)
            {
                series.Items.Add(new RectangleBarItem(bin.Lower + margin, from, bin.Upper - margin, to));
            }
        }

        return series;
    }
}
