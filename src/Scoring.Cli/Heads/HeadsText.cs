using System.Globalization;
using Google.Protobuf.Collections;
using Scoring.Heads;
using Scoring.V1;
using Spectre.Console;

namespace Scoring.Cli.Heads;

/// <summary>Prints heads and limits for people.</summary>
internal sealed class HeadsText(IAnsiConsole console)
{
    private const int LabelsColumn = 3;
    private const int ShortestLabels = 12;
    private const int LongestLabels = 80;

    private static readonly string[] Headers = ["head", "activation", "classes", "labels", "T", "threshold", "groups", "bias", "revision"];

    public void Show(ListHeadsResponse service)
    {
        var rows = service.Heads.Select(Cells).ToList();
        // The labels have what room the other columns leave.
        var others = Headers.Index().Where(header => header.Index != LabelsColumn)
            .Sum(header => 1 + Math.Max(header.Item.Length, rows.Max(row => row[header.Index].Length)));
        var room = Math.Clamp(console.Profile.Width - others - 3, ShortestLabels, LongestLabels);

        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = true };
        foreach (var header in Headers)
        {
            var column = new TableColumn(header).NoWrap().Padding(0, 1);
            table.AddColumn(header is "classes" or "T" or "threshold" or "revision" ? column.RightAligned() : column);
        }

        foreach (var (head, cells) in service.Heads.Zip(rows))
        {
            cells[LabelsColumn] = Labels(head.Labels, room);
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        console.Write(table);
        ShowLimits(service.Limits);
    }

    private static string[] Cells(Head head) =>
    [
        Quoted.Text(head.Name),
        ServiceActivation.NameOf(head.Activation),
        head.Classes == 0 ? "any" : Number(head.Classes),
        "",
        head.Temperature.ToString("0.####", CultureInfo.InvariantCulture),
        ServiceActivation.Find(head.Activation)?.HasProbabilities() == false ? "–" : head.Threshold.ToString("0.####", CultureInfo.InvariantCulture),
        head.Groups.Count == 0 ? "–" : string.Join('+', head.Groups),
        head.Bias.Count == 0 ? "no" : "yes",
        head.Revision == 0 ? "built in" : Number(head.Revision),
    ];

    /// <summary>As many labels as there is room for.</summary>
    private static string Labels(RepeatedField<string> labels, int room)
    {
        const string More = ", …";
        var text = "";
        for (var shown = 0; shown < labels.Count; shown++)
        {
            var label = Quoted.Text(labels[shown]);
            var longer = shown == 0 ? label : $"{text}, {label}";
            if (longer.Length + (shown + 1 < labels.Count ? More.Length : 0) > room)
            {
                return shown == 0 ? Shortened.To(longer + "…", room) : text + More;
            }

            text = longer;
        }

        return text.Length == 0 ? "–" : text;
    }

    private void ShowLimits(Limits limits)
    {
        var grid = new Grid().AddColumn(
            new GridColumn().NoWrap().Padding(1, 0, 2, 0)).AddColumn(new GridColumn().NoWrap().RightAligned().Padding(0, 0));
        Add("bytes of one message", limits.MessageBytes);
        Add("rows in one message", limits.Rows);
        Add("classes in one row", limits.Classes);
        Add("top-k", limits.TopK);
        Add("bytes in flight on one stream", limits.StreamBytes);
        Add("bytes in flight on one connection", limits.ConnectionBytes);
        Add("bytes in flight in all", limits.ServerBytes);
        Add("bytes of all buffers", limits.BufferBytes);
        Add("streams on one connection", limits.StreamsPerConnection);
        AddRate("messages a second", limits.MessagesPerSecond);
        AddRate("rows a second", limits.RowsPerSecond);
        Add("connections", limits.Connections);
        AddTime("ms of a connection's age", limits.ConnectionAgeMs);
        AddTime("ms to a stream's first message", limits.FirstMessageMs);
        AddTime("ms between two messages", limits.StreamIdleMs);
        AddTime("ms that answers wait for a reader", limits.SlowReaderMs);
        AddTime("ms that others wait for a stream", limits.CrowdedMs);
        console.WriteLine("Limits:");
        console.Write(grid);

        void Add(string name, ulong value) => grid.AddRow(new Text(name), new Text(Number(value)));

        void AddRate(string name, double value)
        {
            if (value > 0)
            {
                grid.AddRow(new Text(name), new Text(value.ToString("#,##0.###", CultureInfo.InvariantCulture)));
            }
        }

        void AddTime(string name, uint milliseconds) => grid.AddRow(new Text(name), new Text(milliseconds == 0 ? "none" : Number(milliseconds)));
    }

    private static string Number(ulong value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
