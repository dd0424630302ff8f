using Spectre.Console;
using Spectre.Console.Rendering;
using static System.FormattableString;

namespace Scoring.Cli.Top;

/// <summary>Lays figures out for a terminal of so many columns and lines. Columns keep their widths, so that nothing jumps.</summary>
internal sealed class TopScreen(int width, int height, bool unicode)
{
    private const int NumberWidth = 9;
    private const int ShareBar = 20;
    private const int NarrowestClasses = 12;
    private const int WidestHead = 18;
    private const int FewestHeads = 3;

    // All that stands around the heads, the line of the state included.
    private const int OtherLines = 20;

    private static readonly Style Grey = new(Color.Grey);

    public IRenderable Show(TopFigures figures)
    {
        var parts = new List<IRenderable> { Overview(figures), Text.Empty, Indented(Stages(figures)) };
        if (figures.Heads.Count > 0)
        {
            var lines = Math.Max(height - OtherLines, FewestHeads);
            var shown = figures.Heads.Take(figures.Heads.Count > lines ? lines - 1 : lines).ToList();
            parts.AddRange(Text.Empty, Indented(Heads(shown)));
            if (figures.Heads.Count > shown.Count)
            {
                parts.Add(Note($"and {figures.Heads.Count - shown.Count} more heads"));
            }

            var seconds = figures.DriftElapsed.TotalSeconds;
            parts.Add(Note(Invariant($"confidence, entropy in nats, classes: of rows sampled in the last {seconds:0.#} s")));
        }

        return new Rows(parts);
    }

    private static Grid Overview(TopFigures figures)
    {
        var grid = new Grid()
            .AddColumn(new GridColumn().NoWrap().Padding(1, 0, 2, 0))
            .AddColumn(new GridColumn().NoWrap().RightAligned().Width(NumberWidth).Padding(0, 0, 4, 0))
            .AddColumn(new GridColumn().NoWrap().Padding(0, 0, 2, 0))
            .AddColumn(new GridColumn().NoWrap().RightAligned().Width((2 * NumberWidth) + 2).Padding(0, 0));
        Add("messages per second", Units.Count(figures.MessageRate), "batches per second", Units.Count(figures.BatchRate));
        Add("rows per second", Units.Count(figures.RowRate), "messages a batch", Sizes(figures.BatchMessages, Units.Count));
        Add("errors per second", Units.Count(figures.ErrorRate), "rows a batch", Sizes(figures.BatchRows, Units.Count));
        Add("invalid rows per second", Units.Count(figures.InvalidRows), "bytes a batch", Sizes(figures.BatchBytes, Units.Bytes));
        var buffers = $"{Units.Bytes(figures.RentedBytes)}, {Units.Bytes(figures.IdleBytes)}";
        Add("latency p50", Units.Seconds(figures.Latency.Quantile(0.5)), "rented, idle buffers", buffers);
        Add("latency p99", Units.Seconds(figures.Latency.Quantile(0.99)), "resident memory", Units.Bytes(figures.ResidentBytes));
        Add("open streams", Units.Whole(figures.Streams), "processors in use", Units.Fraction(figures.Processors));
        return grid;

        void Add(string name, string value, string otherName, string otherValue) =>
            grid.AddRow(new Text(name), Bold(value), new Text(otherName), Bold(otherValue));

        static string Sizes(Histogram sizes, Func<double?, string> unit) =>
            sizes.Count > 0 ? $"{unit(sizes.Mean)}, p99 {unit(sizes.Quantile(0.99))}" : Units.None;
    }

    private Table Stages(TopFigures figures)
    {
        var table = NewTable().AddColumns(Named("stage"), Figure("mean"), Figure("p99"), Named("share of a batch's time"));
        foreach (var stage in figures.Stages)
        {
            table.AddRow(
                new Text(Printable(stage.Name, WidestHead)),
                Bold(Units.Seconds(stage.Mean)),
                Bold(Units.Seconds(stage.P99)),
                new Text($"{Units.Share(stage.Share),5} {Bar(stage.Share)}", new Style(Color.DeepSkyBlue1)));
        }

        return table;
    }

    private Table Heads(List<HeadFigures> shown)
    {
        var columns = new[] { Figure("messages/s"), Figure("rows/s"), Figure("errors/s", 8), Figure("conf.", 5), Figure("entropy", 7) };
        var nameWidth = shown.Max(head => Printable(head.Name, WidestHead).Length);
        var room = width - 2 - nameWidth - columns.Sum(column => 1 + column.Width!.Value);

        var table = NewTable()
            .AddColumn(Named("head").Width(Math.Max(nameWidth, "head".Length)))
            .AddColumns(columns)
            .AddColumn(Named("predicted").PadRight(0));
        foreach (var head in shown)
        {
            table.AddRow(
                new Text(Printable(head.Name, WidestHead)),
                Bold(Units.Count(head.Messages)),
                Bold(Units.Count(head.Rows)),
                new Text(Units.Count(head.Errors), head.Errors > 0 ? new Style(Color.Red) : Style.Plain),
                Bold(Units.Fraction(head.Confidence)),
                Bold(Units.Fraction(head.Entropy)),
                new Text(Classes(head, Math.Max(room, NarrowestClasses))));
        }

        return table;
    }

    /// <summary>As many of the most frequent classes as there is room for.</summary>
    private static string Classes(HeadFigures head, int room)
    {
        var text = "";
        foreach (var (name, share) in head.Classes)
        {
            var figure = Units.Share(share);
            var next = $"{Printable(name, Math.Max(room - figure.Length - 1, 1))} {figure}";
            var longer = text.Length == 0 ? next : $"{text}, {next}";
            if (longer.Length > room)
            {
                break;
            }

            text = longer;
        }

        return text.Length == 0 ? Units.None : text;
    }

    private static Table NewTable() => new() { Border = TableBorder.None };

    private static TableColumn Named(string header) => new TableColumn(new Text(header, Grey)).NoWrap().PadLeft(0).PadRight(1);

    private static TableColumn Figure(string header, int width = NumberWidth) =>
        Named(header).RightAligned().Width(Math.Max(width, header.Length));

    private static Padder Indented(IRenderable part) => new(part, new Padding(1, 0, 0, 0));

    private static Padder Note(string text) => Indented(new Text(text, Grey));

    private static Text Bold(string text) => new(text, new Style(decoration: Decoration.Bold));

    /// <summary>Names come from elsewhere: none may move the cursor, or break a line.</summary>
    private static string Printable(string text, int longest) =>
        Shortened.To(string.Concat(text.Select(character => char.IsControl(character) ? '·' : character)), longest);

    private string Bar(double share) => new(unicode ? '█' : '#', (int)Math.Round(Math.Clamp(share, 0, 1) * ShareBar));
}
