using Scoring.Cli.Demo;
using Spectre.Console;

namespace Scoring.Cli.Tests.Demo;

public sealed class DemoReportTests
{
    private const string Row100 = " 100 virginica  virginica ";

    [Theory]
    [InlineData(45)]
    [InlineData(60)]
    [InlineData(66)]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(300)]
    public async Task Every_row_stands_on_one_line_within_the_terminal(int width)
    {
        var lines = await ShowAsync(width);
        Assert.All(lines, line => Assert.InRange(line.TrimEnd().Length, 0, width));
        Assert.All(
            new[] { 0, 1, 2, 3, 50, 51, 52, 53, 100, 101, 102, 103, 70, 119, 133, 134 },
            row => Assert.Single(lines, line => line.StartsWith($"{row,4} ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_terminal_of_80_columns_has_a_bar_for_every_class()
    {
        var line = Assert.Single(await ShowAsync(80), line => line.StartsWith(Row100, StringComparison.Ordinal));
        Assert.Equal(" 100 virginica  virginica    0.000           0.019 ▏         0.981 ████████▉", line.TrimEnd());
    }

    [Fact]
    public async Task A_narrow_terminal_has_a_bar_for_the_predicted_class()
    {
        var line = Assert.Single(await ShowAsync(45), line => line.StartsWith(Row100, StringComparison.Ordinal));
        Assert.Matches("^ 100 virginica  virginica    0.981 █+[▉-▏]?$", line.TrimEnd());
    }

    [Fact]
    public async Task Figures_tell_how_right_and_how_fast()
    {
        var speed = new Speed(1234, 5_678_901.2, 4321, TimeSpan.FromMicroseconds(65), TimeSpan.FromMicroseconds(1250));
        var text = string.Join('\n', await ShowAsync(100, speed));
        Assert.Contains(" 0.9733  146 of 150 rows are predicted right", text, StringComparison.Ordinal);
        Assert.Contains(" 0.1762  nats: the mean of −log p(target) over 150 rows", text, StringComparison.Ordinal);
        Assert.Contains(" 5,678,901  1,234 messages of 150 rows", text, StringComparison.Ordinal);
        Assert.Contains(" 0.065 ms  ", text, StringComparison.Ordinal);
        Assert.Contains(" 1.250 ms  one message at a time, 4,321 times", text, StringComparison.Ordinal);
    }

    private static async Task<string[]> ShowAsync(int width, Speed? speed = null)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;

        var scores = Scores(await IrisData.LoadAsync(TestContext.Current.CancellationToken));
        var report = new DemoReport(console);
        report.ShowRows(scores);
        if (speed is not null)
        {
            report.ShowFigures(scores, speed);
        }

        return text.ToString().Split('\n');
    }

    private static IrisScores Scores(IrisData data)
    {
        var probabilities = data.Logits.Chunk(data.Classes).SelectMany(row =>
        {
            var sum = row.Sum(logit => Math.Exp(logit));
            return row.Select(logit => (float)(Math.Exp(logit) / sum));
        });
        return new IrisScores(data, [.. probabilities]);
    }
}
