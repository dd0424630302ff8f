namespace Scoring.Cli.Tests.Commands;

public sealed class DemoTests
{
    [Fact]
    public async Task Demo_prints_what_the_reference_has_for_iris()
    {
        var result = await ScoringProcess.RunAsync("demo");
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
        Assert.Matches(@"(?m)^ accuracy +0\.9733 ", result.Output);
        Assert.Matches(@"(?m)^ cross-entropy +0\.1762 ", result.Output);
        Assert.All(["rows per second", "p50 latency", "p99 latency"], figure => Assert.Contains(figure, result.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Demo_shows_a_pipe_80_columns_without_colours()
    {
        var result = await ScoringProcess.RunAsync("demo");
        Assert.DoesNotContain("\e", result.Output, StringComparison.Ordinal);
        Assert.All(result.OutputLines, line => Assert.InRange(line.Length, 1, 80));
    }

    [Fact]
    public async Task Demo_marks_the_rows_that_are_predicted_wrong()
    {
        var result = await ScoringProcess.RunAsync("demo");
        var wrong = result.OutputLines
            .Where(line => line.Contains('✗', StringComparison.Ordinal))
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3]));
        Assert.Equal(["70 versicolor virginica", "119 virginica versicolor", "133 virginica versicolor", "134 virginica versicolor"], wrong);
    }
}
