using System.Globalization;
using Scoring.Cli.Files;
using Spectre.Console;

namespace Scoring.Cli.Evaluate;

/// <summary>Prints an evaluation for people: the figures, the classes, and what is taken for what.</summary>
internal sealed class EvaluationText(IAnsiConsole console)
{
    private const int ClassesShown = 30;
    private const int ConfusionsShown = 10;

    public void Show(Evaluation evaluation)
    {
        console.Profile.Out.Writer.WriteLine(Quoted.Line(Describe(evaluation)));
        ShowMetrics(evaluation);
        ShowClasses(evaluation);
        if (evaluation.Metrics.ClassMetrics is not null)
        {
            ShowConfusions(evaluation);
        }
    }

    /// <summary>Prints a head's configuration as it is, to be copied.</summary>
    public void ShowConfiguration(string json)
    {
        console.WriteLine();
        console.WriteLine("The head, to go under Scoring:Heads:");
        // Not the console's own writing, which would break long lines.
        console.Profile.Out.Writer.WriteLine(json);
    }

    private static string Describe(Evaluation evaluation)
    {
        var why = evaluation.HeadIsDefault
            ? evaluation.Targets == TargetKind.Labels ? " (targets are 0 or 1 for each label)" : " (targets are classes)"
            : "";
        return $"{Path.GetFileName(evaluation.File)}: {Plural.Of(evaluation.Rows, "row", "N0")} × {Plural.Of(evaluation.Classes, "class", "N0")}, "
            + $"head {evaluation.Head.Definition.Name}{why}";
    }

    private void ShowMetrics(Evaluation evaluation)
    {
        var table = NewTable();
        table.AddColumn(Column(""));
        var before = Metric.Of(evaluation.Metrics);
        if (evaluation.Calibration is not { } calibration)
        {
            table.AddColumn(Column("").RightAligned()).AddColumn(new TableColumn("").Padding(0, 0)).HideHeaders();
            table.AddRow(new Text("temperature"), Bold(Metric.Format(evaluation.Temperature)), Grey("what logits were divided by"));
            foreach (var metric in before)
            {
                table.AddRow(new Text(metric.Name), Bold(metric.Text), Grey(metric.Note));
            }
        }
        else
        {
            table.AddColumn(Column("before").RightAligned()).AddColumn(Column("after").RightAligned()).AddColumn(new TableColumn("").Padding(0, 0));
            var bound = calibration.AtBound ? "at the end of its range: the loss still falls there" : "fitted to the least cross-entropy";
            var (from, to) = (Metric.Format(evaluation.Temperature), Metric.Format(calibration.Temperature));
            table.AddRow(new Text("temperature"), new Text(from), Bold(to), Grey(bound));
            foreach (var (was, now) in before.Zip(Metric.Of(calibration.After)))
            {
                table.AddRow(new Text(was.Name), new Text(was.Text), Bold(now.Text), Grey(was.Note));
            }
        }

        console.Write(table);
    }

    private void ShowClasses(Evaluation evaluation)
    {
        var figures = ClassFigures.Of(evaluation, ClassesShown);
        var perLabel = evaluation.Targets == TargetKind.Labels;
        if (evaluation.Classes > ClassesShown)
        {
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"The {figures.Count} of {evaluation.Classes:N0} classes with the least F1; --json and --report tell of more."));
        }

        var table = NewTable().AddColumn(Column(perLabel ? "label" : "class"))
            .AddColumn(Column("precision").RightAligned())
            .AddColumn(Column("recall").RightAligned())
            .AddColumn(Column("F1").RightAligned());
        if (perLabel)
        {
            table.AddColumn(Column("AUROC").RightAligned());
        }

        table.AddColumn(Column("support").RightAligned());
        foreach (var (name, quality, auroc) in figures)
        {
            string[] cells =
            [
                Quoted.Text(name),
                Metric.Format(quality.Precision),
                Metric.Format(quality.Recall),
                Metric.Format(quality.F1),
                .. auroc is { } area ? [Metric.Format(area)] : Array.Empty<string>(),
                quality.Support.ToString("N0", CultureInfo.InvariantCulture),
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        console.Write(table);
    }

    private void ShowConfusions(Evaluation evaluation)
    {
        var confusions = Confusion.Of(evaluation.Metrics).ToList();
        if (confusions.Count == 0)
        {
            return;
        }

        var table = NewTable().AddColumn(Column("target")).AddColumn(Column("predicted")).AddColumn(Column("rows").RightAligned())
            .AddColumn(Column("of the target's").RightAligned());
        foreach (var confusion in confusions.Take(ConfusionsShown))
        {
            table.AddRow(
                new Text(Quoted.Text(evaluation.NameOf(confusion.Target))),
                new Text(Quoted.Text(evaluation.NameOf(confusion.Predicted))),
                new Text(confusion.Rows.ToString("N0", CultureInfo.InvariantCulture)),
                new Text(confusion.Share.ToString("0.0%", CultureInfo.InvariantCulture)));
        }

        console.Write(table);
        if (confusions.Count > ConfusionsShown)
        {
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $" and {confusions.Count - ConfusionsShown:N0} other confusions"));
        }
    }

    private static Table NewTable() => new() { Border = TableBorder.Simple, UseSafeBorder = true };

    private static TableColumn Column(string header) => new TableColumn(Markup.Escape(header)).NoWrap().Padding(0, 2);

    private static Text Bold(string text) => new(text, new Style(decoration: Decoration.Bold));

    private static Text Grey(string text) => new(text, new Style(Color.Grey));
}
