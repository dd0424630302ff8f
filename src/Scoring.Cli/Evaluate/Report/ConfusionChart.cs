using System.Globalization;
using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;

namespace Scoring.Cli.Evaluate.Report;

/// <summary>
/// A confusion matrix as a heat map: rows are targets, columns what they are taken for. Strength is the logarithm of the count, so that rare
/// confusions show beside the diagonal. Of very many classes, neighbours share a cell.
/// </summary>
internal sealed class ConfusionChart(Evaluation evaluation)
{
    private const int MostCells = 160;
    private const int MostCellsWithText = 26;
    private const int LabelsAcross = 40;
    private const int LongestName = 18;
    private const double Side = 620;
    private const double SmallestOfFew = 56;
    private const double LargestCell = 110;
    private const double Edge = 6;

    private readonly int _classes = evaluation.Classes;

    /// <summary>Classes that share a cell, each way.</summary>
    public int ClassesPerCell { get; } = (evaluation.Classes + MostCells - 1) / MostCells;

    /// <summary>The greatest count of a cell.</summary>
    public double Highest { get; private set; } = 1;

    private int Cells => (_classes + ClassesPerCell - 1) / ClassesPerCell;

    public XElement Draw()
    {
        var counts = Count();
        Highest = Math.Max(counts.Cast<double>().Max(), 1);
        var names = ClassesPerCell == 1 ? Enumerable.Range(0, _classes).Select(Name).ToArray() : [];
        var labelWidth = names.Length > 0 ? names.Max(name => name.Length) * 7.0 : 40;
        // A few classes have room for their names side by side.
        var side = Math.Min(Side, Cells * Math.Clamp(labelWidth + 8, SmallestOfFew, LargestCell));
        var turned = labelWidth > (side / Math.Min(Cells, LabelsAcross)) - 6;
        var (left, bottom) = (labelWidth + 34, turned ? (labelWidth * 0.75) + 36 : 48);
        var (width, height) = (left + side + Edge, Edge + side + bottom);

        var model = SvgChart.NewModel(new OxyThickness(left, Edge, Edge, bottom));
        (model.PlotAreaBorderThickness, model.PlotAreaBorderColor) = (new OxyThickness(1), ChartColor.Line);
        model.Axes.Add(NewAxis(AxisPosition.Bottom, names, turned));
        model.Axes.Add(NewAxis(AxisPosition.Left, names, turned: false));
        var hints = new List<string>();
        for (var target = 0; target < Cells; target++)
        {
            for (var predicted = 0; predicted < Cells; predicted++)
            {
                if (counts[target, predicted] is > 0 and var count)
                {
                    model.Annotations.Add(Cell(target, predicted, count));
                    hints.Add(string.Create(CultureInfo.InvariantCulture, $"{LabelOf(target, names)} → {LabelOf(predicted, names)}: {count:N0}"));
                }
            }
        }

        var svg = SvgChart.Render(model, width, height, "Confusion matrix: targets down, predictions across");
        // The cells are what is filled, in the order in which they were added; the frame is not.
        var cells = svg.Descendants("rect").Where(rectangle => rectangle.Attribute("style")!.Value.StartsWith("fill:var(", StringComparison.Ordinal));
        foreach (var (cell, hint) in cells.Zip(hints))
        {
            cell.Add(new XElement("title", hint));
        }

        svg.Add(SvgChart.Text(12, Edge + (side / 2), Title("Target"), angle: -90));
        svg.Add(SvgChart.Text(left + (side / 2), height - 6, Title("Predicted")));
        return svg;
    }

    private string Title(string of) => ClassesPerCell == 1 ? of : $"{of}: first class of the cell";

    private double[,] Count()
    {
        var counts = new double[Cells, Cells];
        var confusion = evaluation.Metrics.ClassMetrics.Confusion;
        for (var i = 0; i < confusion.Count; i++)
        {
            counts[i / _classes / ClassesPerCell, i % _classes / ClassesPerCell] += confusion[i];
        }

        return counts;
    }

    private RectangleAnnotation Cell(int target, int predicted, double count)
    {
        var strength = Math.Log(1 + count) / Math.Log(1 + Highest);
        var hasText = Cells <= MostCellsWithText;
        return new RectangleAnnotation
        {
            MinimumX = predicted - 0.5,
            MaximumX = predicted + 0.5,
            MinimumY = target - 0.5,
            MaximumY = target + 0.5,
            Fill = OxyColor.FromAColor((byte)(20 + (235 * strength)), target == predicted ? ChartColor.Right : ChartColor.Wrong),
            StrokeThickness = 0,
            Text = hasText ? CountText.Short(count) : null,
            TextColor = strength > 0.75 ? ChartColor.OnStrong : ChartColor.Ink,
            FontSize = Cells <= 14 ? 12 : 9,
        };
    }

    private LinearAxis NewAxis(AxisPosition position, string[] names, bool turned)
    {
        var axis = SvgChart.NewAxis(position, "", -0.5, Cells - 0.5);
        axis.MajorStep = Math.Max(1, Math.Ceiling(Cells / (double)LabelsAcross));
        axis.MajorGridlineStyle = LineStyle.None;
        axis.FontSize = Cells <= 30 ? SvgChart.FontSize : 10;
        axis.Angle = turned ? -45 : 0;
        axis.LabelFormatter = value => LabelOf(value, names);
        if (position == AxisPosition.Left)
        {
            // The first class is at the top, as in a table.
            (axis.StartPosition, axis.EndPosition) = (1, 0);
        }

        return axis;
    }

    private string LabelOf(double value, string[] names)
    {
        var cell = (int)Math.Round(value);
        if (cell < 0 || cell >= Cells)
        {
            return "";
        }

        return names.Length > 0 ? names[cell] : CountText.Short((double)cell * ClassesPerCell);
    }

    private string Name(int index) => SvgChart.Legible(Shortened.To(evaluation.NameOf(index), LongestName));
}
