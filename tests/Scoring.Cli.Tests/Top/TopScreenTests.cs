using Scoring.Cli.Top;
using Spectre.Console;

namespace Scoring.Cli.Tests.Top;

public sealed class TopScreenTests
{
    private const int Lines = 24;

    [Fact]
    public void Figures_stand_in_80_columns()
    {
        var lines = Show(Pages.At(1), Pages.At(2));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        Assert.Contains(" messages per second          1,050    batches per second                    100", lines);
        Assert.Contains(" latency p99                 982 µs    resident memory                         –", lines);
        Assert.Contains(" kernel     20 µs     99 µs  20 % ████", lines);
        Assert.Contains(" iris         1,000     2,700      100  0.80       – setosa 75 %, virginica 25 %", lines);
        Assert.Contains(" softmax         50        50        0     –       – –", lines);
    }

    [Fact]
    public void Names_from_elsewhere_neither_break_a_line_nor_move_the_cursor()
    {
        var hostile = $"{new string('x', 100)}\\n\u001b[2J[red]";
        var (before, after) = (Page(1), Page(2));
        var lines = Show(before, after);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        Assert.DoesNotContain(lines, line => line.Any(char.IsControl));
        Assert.Single(lines, line => line.StartsWith(" x", StringComparison.Ordinal) && line.Contains(" 7.0 ", StringComparison.Ordinal));

        MetricsPage Page(int seconds) => MetricsPage.Parse(
            $$"""
            scoring_messages_total{scoring_head="{{hostile}}",scoring_status="OK"} {{7 * seconds}}
            scoring_head_predictions_total{scoring_head="{{hostile}}",scoring_class="\u001b[2J{{hostile}}"} {{seconds}}
            """,
            TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void Heads_that_have_no_room_are_counted()
    {
        var lines = Show(Page(1), Page(2));
        Assert.InRange(lines.Length, 0, Lines);
        Assert.Contains(" and 37 more heads", lines);
        Assert.Equal(3, lines.Count(line => line.StartsWith(" head-", StringComparison.Ordinal)));

        static MetricsPage Page(int seconds) => MetricsPage.Parse(
            string.Join('\n', Enumerable.Range(0, 40).Select(head => $$"""scoring_messages_total{scoring_head="head-{{head}}",scoring_status="OK"} {{head * seconds}}""")),
            TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void Without_traffic_there_are_dashes_and_no_heads()
    {
        var lines = Show(Page(1), Page(2));
        Assert.Contains(" latency p50                      –    rented, idle buffers            1.5 kB, –", lines);
        Assert.Contains(" kernel         –         –   0 %", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith(" head", StringComparison.Ordinal));

        static MetricsPage Page(int seconds) => MetricsPage.Parse("scoring_buffers_rented_bytes 1500", TimeSpan.FromSeconds(seconds));
    }

    private static string[] Show(MetricsPage before, MetricsPage after)
    {
        var history = new PageHistory();
        history.Add(before);
        history.Add(after);
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 80;
        console.Write(new TopScreen(80, Lines, unicode: true).Show(history.Figures!));
        return [.. text.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd())];
    }
}
