namespace Scoring.Cli.Tests.Commands;

public sealed class DemoTests(DemoRun demo) : IClassFixture<DemoRun>
{
    [Fact]
    public void Demo_prints_what_the_reference_has_for_iris()
    {
        Assert.Equal(0, demo.Result.ExitCode);
        Assert.Empty(demo.Result.Error);
        Assert.Matches(@"(?m)^ accuracy +0\.9733 ", demo.Result.Output);
        Assert.Matches(@"(?m)^ cross-entropy +0\.1762 ", demo.Result.Output);
    }

    [Fact]
    public void Demo_prints_a_rate_and_latencies()
    {
        Assert.Matches(@"(?m)^ rows per second +[1-9][\d,]+ ", demo.Result.Output);
        Assert.Matches(@"(?m)^ p50 latency +\d+\.\d{3} ms ", demo.Result.Output);
        Assert.Matches(@"(?m)^ p99 latency +\d+\.\d{3} ms ", demo.Result.Output);
    }

    [Fact]
    public void Demo_shows_a_pipe_80_columns_without_colours()
    {
        Assert.DoesNotContain("\e", demo.Result.Output, StringComparison.Ordinal);
        Assert.All(demo.Result.OutputLines, line => Assert.InRange(line.Length, 1, 80));
    }

    [Fact]
    public void Demo_marks_the_rows_that_are_predicted_wrong()
    {
        var wrong = demo.Result.OutputLines
            .Where(line => line.Contains('✗', StringComparison.Ordinal))
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3]));
        Assert.Equal(["70 versicolor virginica", "119 virginica versicolor", "133 virginica versicolor", "134 virginica versicolor"], wrong);
    }
}
