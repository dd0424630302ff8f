using System.Globalization;
using System.Xml.Linq;
using Scoring.Cli.Evaluate;
using Scoring.Cli.Evaluate.Report;
using Scoring.Cli.Files;
using Scoring.V1;

namespace Scoring.Cli.Tests.Evaluate;

public sealed class ReportPageTests
{
    [Fact]
    public async Task A_calibration_shows_before_and_after_in_a_page_that_needs_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("calibrate", TestData.PathOf("digits.csv"), "--report", folder["report.html"]);
        Assert.Equal(0, result.ExitCode);
        var text = await File.ReadAllTextAsync(folder["report.html"], TestContext.Current.CancellationToken);
        var page = Parse(text);
        Assert.Equal("digits.csv: calibration", page.Descendants("h1").Single().Value);
        Assert.Equal(
            ["Before: temperature 1, calibration error 0.0605", "After: temperature 3.6298, calibration error 0.0249",
                "The most frequent confusions"],
            page.Descendants("h3").Select(heading => heading.Value));
        Assert.Equal(3, page.Descendants("svg").Count());
        Assert.Contains("digit-1 → digit-2: 14", text, StringComparison.Ordinal);
        Assert.Contains("\"temperature\": 3.62", page.Descendants("pre").Single().Value, StringComparison.Ordinal);
        Assert.Contains(Rows(page), row => row.StartsWith("cross-entropy|0.6222|0.2683|", StringComparison.Ordinal));
        Assert.Contains("digit-1|0.9324|0.7419|0.8263|93", Rows(page));
        Assert.InRange(text.Length, 0, 100_000);
    }

    [Fact]
    public async Task Independent_labels_have_a_page_of_their_own_kind()
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("evaluate", TestData.PathOf("attributes.csv"), "--report", folder["report.html"]);
        Assert.Equal(0, result.ExitCode);
        var page = Parse(await File.ReadAllTextAsync(folder["report.html"], TestContext.Current.CancellationToken));
        Assert.Equal(["Reliability", "By label", "Metrics"], page.Descendants("h2").Select(heading => heading.Value));
        Assert.Single(page.Descendants("svg"));
        Assert.Contains("even|0.9224|0.9004|0.9113|0.9712|462", Rows(page));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(100, 1)]
    [InlineData(1000, 7)]
    public void A_confusion_matrix_is_of_bounded_size_and_loses_no_row(int classes, int classesPerCell)
    {
        var evaluation = Synthetic(classes);
        var chart = new ConfusionChart(evaluation);
        var svg = chart.Draw();
        Assert.Equal(classesPerCell, chart.ClassesPerCell);
        var counts = svg.Descendants("rect").Elements("title")
            .Select(hint => long.Parse(hint.Value.Split(": ")[1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
        Assert.Equal((long)evaluation.Metrics.Rows, counts.Sum());
        Parse(ReportPage.Format(evaluation));
    }

    [Fact]
    public void Labels_that_look_like_markup_are_text()
    {
        var evaluation = Synthetic(2) with { Head = new ServiceHead(new Head { Name = "<b>" }, ["<script>", "a & \"b\""]), File = "<i>.csv" };
        var page = Parse(ReportPage.Format(evaluation));
        Assert.Empty(page.Descendants("script"));
        Assert.Contains(page.Descendants("td"), cell => cell.Value == "<script>");
    }

    [Fact]
    public void Labels_may_have_any_character()
    {
        string[] labels = ["sixteen letters+\ud83d\ude00\ud83d\ude00", "bell\a", "\ufffe", "half \ud83d"];
        var head = new ServiceHead(new Head { Name = "\u001b[1m" }, labels);
        var page = Parse(ReportPage.Format(Synthetic(labels.Length) with { Head = head, File = "in\u0001.csv" }));
        Assert.Equal("in\ufffd.csv: evaluation", page.Descendants("h1").Single().Value);
        var cells = page.Descendants("td").Select(cell => cell.Value).ToHashSet();
        Assert.Superset(new HashSet<string> { labels[0], "bell\ufffd", "\ufffd", "half \ufffd" }, cells);
        Assert.Contains(page.Descendants("text"), text => text.Value == "sixteen letters+…");
    }

    private static IEnumerable<string> Rows(XElement page) =>
        page.Descendants("tr").Select(row => string.Join('|', row.Elements().Select(cell => cell.Value)));

    private static Evaluation Synthetic(int classes)
    {
        var metrics = new ClassMetrics { Macro = new ClassQuality() };
        metrics.Confusion.AddRange(Enumerable.Range(0, classes * classes).Select(i => i / classes == i % classes ? 5UL : i % 97 == 0 ? 1UL : 0));
        metrics.PerClass.AddRange(
            Enumerable.Range(0, classes).Select(_ => new ClassQuality { Precision = 0.5, Recall = 0.5, F1 = 0.5, Support = 5 }));
        metrics.Bins.AddRange(Enumerable.Range(0, 15).Select(bin => new CalibrationBin
        {
            Lower = bin / 15.0,
            Upper = (bin + 1) / 15.0,
            Count = (ulong)bin * 1000,
            Confidence = (bin + 0.5) / 15,
            Accuracy = 0.5,
        }));
        return new Evaluation
        {
            File = "synthetic.csv",
            Head = new ServiceHead(new Head { Name = "softmax" }, []),
            Targets = TargetKind.Class,
            Temperature = 1,
            Time = DateTimeOffset.UnixEpoch,
            Metrics = new EvaluateResponse
            {
                Rows = (ulong)metrics.Confusion.Sum(count => (long)count),
                Classes = (uint)classes,
                ClassMetrics = metrics
            },
        };
    }

    /// <summary>Parses the page as XML, which it is too, and sees to it that it reaches for nothing.</summary>
    private static XElement Parse(string page)
    {
        const string Doctype = "<!DOCTYPE html>\n";
        Assert.StartsWith(Doctype, page, StringComparison.Ordinal);
        var root = XElement.Parse(page[Doctype.Length..]);
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("rgb(1,2,", page, StringComparison.Ordinal);
        Assert.DoesNotContain(root.DescendantsAndSelf().Attributes(), attribute => attribute.Name.LocalName is "src" or "href" or "onload");
        Assert.DoesNotContain("url(", page, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        return root;
    }
}
