using System.Globalization;
using Spectre.Console;

namespace Scoring.Cli.Demo;

/// <summary>Prints the demo: the rows that tell most, the figures, and what to try next.</summary>
internal sealed class DemoReport(IAnsiConsole console)
{
    private const int RowsOfEachClass = 4;
    private const int NarrowestBar = 4;
    private const int WidestBar = 24;
    private const string NumberFormat = "0.000";

    private static readonly string[] Colors = ["deepskyblue1", "springgreen3", "orange1"];

    public void ShowRows(IrisScores scores)
    {
        var data = scores.Data;
        var others = "row".Length + 1 + (2 * (data.Labels.Max(name => name.Length) + 1)) + " ✗".Length;
        var bar = BarWidth(others, data.Classes);
        // Where bars for every class have no room, one stands for the class that is predicted.
        var eachClass = bar >= NarrowestBar;
        bar = eachClass ? bar : Math.Max(BarWidth(others, 1), 0);

        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = true }
            .AddColumn(new TableColumn("row").RightAligned().NoWrap().Padding(0, 1))
            .AddColumn(new TableColumn("target").NoWrap().Padding(0, 1))
            .AddColumn(new TableColumn("predicted").NoWrap().Padding(0, 1));
        foreach (var header in eachClass ? data.Labels.Select((name, label) => InColor(label, $"p({name})")) : ["p(predicted)"])
        {
            table.AddColumn(new TableColumn(header).NoWrap().Padding(0, 1));
        }

        foreach (var row in Enumerable.Range(0, data.Classes).SelectMany(label => FirstOf(data, label)))
        {
            AddRow(table, scores, row, bar, eachClass);
        }

        var wrong = Enumerable.Range(0, data.Rows).Where(row => !scores.IsRight(row)).ToList();
        table.AddEmptyRow();
        wrong.ForEach(row => AddRow(table, scores, row, bar, eachClass));

        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[bold]iris[/]: {data.Rows} rows × {data.Classes} classes of logits, streamed over gRPC in {IrisScores.Messages(data)} messages.");
        console.MarkupLineInterpolated($"The first {RowsOfEachClass} rows of each class, and the {wrong.Count} that are predicted wrong:");
        console.Write(table);
    }

    /// <summary>Lets a person at a terminal know that something is going on.</summary>
    public Task<T> WhileMeasuringAsync<T>(Func<Task<T>> measure) =>
        console.Profile.Out.IsTerminal && console.Profile.Capabilities.Interactive
            ? console.Status().StartAsync("measuring for three seconds", _ => measure())
            : measure();

    public void ShowFigures(IrisScores scores, Speed speed)
    {
        var data = scores.Data;
        var grid = new Grid()
            .AddColumn(new GridColumn().NoWrap().Padding(1, 0, 2, 0))
            .AddColumn(new GridColumn().NoWrap().Padding(0, 0, 2, 0).RightAligned())
            .AddColumn(new GridColumn().Padding(0, 0));
        Add("accuracy", Figure(scores.Accuracy, "0.0000"), $"{scores.Right} of {data.Rows} rows are predicted right");
        Add("cross-entropy", Figure(scores.CrossEntropy, "0.0000"), $"nats: the mean of −log p(target) over {data.Rows} rows");
        Add(
            "rows per second",
            Figure(speed.RowsPerSecond, "N0"),
            string.Create(CultureInfo.InvariantCulture, $"{speed.Messages:N0} messages of {data.Rows} rows, sent without waiting"));
        Add("p50 latency", Milliseconds(speed.Median), $"from sending {data.Rows} rows to having their answer,");
        Add(
            "p99 latency",
            Milliseconds(speed.P99),
            string.Create(CultureInfo.InvariantCulture, $"one message at a time, {speed.RoundTrips:N0} times"));
        console.Write(grid);
        console.WriteLine();

        void Add(string name, string value, string note) =>
            grid.AddRow(new Text(name), new Text(value, new Style(decoration: Decoration.Bold)), new Markup($"[grey]{Markup.Escape(note)}[/]"));
    }

    public void ShowNextSteps()
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().Padding(1, 0, 2, 0)).AddColumn(new GridColumn().Padding(0, 0));
        grid.AddRow(new Markup("[bold]scoring serve[/]"), new Text("serves on port 8080"));
        grid.AddRow(new Markup("[bold]scoring score logits.npy -o probabilities.npy[/]"), new Text("scores your logits"));
        console.WriteLine("Next:");
        console.Write(grid);
        console.MarkupLine("[grey]In a checkout, scoring is: dotnet run -c Release --project src/Scoring.Cli --[/]");
    }

    private static IEnumerable<int> FirstOf(IrisData data, int label) =>
        Enumerable.Range(0, data.Rows).Where(row => data.Targets[row] == label).Take(RowsOfEachClass);

    private static string Figure(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time) => Figure(time.TotalMilliseconds, "0.000") + " ms";

    private static string InColor(int label, string text) => $"[{Colors[label % Colors.Length]}]{Markup.Escape(text)}[/]";

    private void AddRow(Table table, IrisScores scores, int row, int bar, bool eachClass)
    {
        var (target, predicted) = (scores.Data.Targets[row], scores.Predicted(row));
        var mark = scores.IsRight(row) ? "" : " [red]✗[/]";
        var cells = (eachClass ? Enumerable.Range(0, scores.Data.Classes) : [predicted]).Select(column =>
        {
            var probability = scores.Probability(row, column);
            return $"{Figure(probability, NumberFormat)} {InColor(column, Bar(probability, bar))}";
        });
        table.AddRow(
        [
            row.ToString(CultureInfo.InvariantCulture),
            InColor(target, scores.Data.Labels[target]),
            InColor(predicted, scores.Data.Labels[predicted]) + mark,
            .. cells,
        ]);
    }

    /// <summary>The bar that fits into each of so many columns, beside others of so many cells.</summary>
    private int BarWidth(int others, int columns) =>
        Math.Min(((console.Profile.Width - others - 2) / columns) - NumberFormat.Length - 2, WidestBar);

    /// <summary>A bar of <paramref name="width"/> cells for 1, in eighths of a cell where the terminal can show them.</summary>
    private string Bar(float probability, int width)
    {
        if (!console.Profile.Capabilities.Unicode)
        {
            return new string('#', (int)MathF.Round(probability * width)).PadRight(width);
        }

        var (whole, eighths) = Math.DivRem((int)MathF.Round(probability * width * 8), 8);
        var part = eighths == 0 ? "" : ((char)('█' + (8 - eighths))).ToString();
        return (new string('█', whole) + part).PadRight(width);
    }
}
