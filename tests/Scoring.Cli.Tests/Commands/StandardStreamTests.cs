namespace Scoring.Cli.Tests.Commands;

/// <summary>Standard input, output and error that are closed, or take nothing.</summary>
public sealed class StandardStreamTests
{
    private const string Table = "in.csv";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    public async Task What_comes_of_a_run_is_the_same_where_standard_error_cannot_be_written(string redirection)
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.csv", "logit_a,logit_b,target\n1,1,a\n");
        var scored = await ScoringProcess.RunRedirectedAsync(redirection, "score", input, "--output", folder["out.csv"]);
        Assert.Equal(0, scored.ExitCode);
        Assert.Equal("a,0.5,0.5,0.5", (await File.ReadAllLinesAsync(folder["out.csv"], TestEnd))[1]);

        var calibrated = await ScoringProcess.RunRedirectedAsync(redirection, "calibrate", input, "--output", folder["heads.json"]);
        Assert.Equal(0, calibrated.ExitCode);
        Assert.True(File.Exists(folder["heads.json"]));

        var failed = await ScoringProcess.RunRedirectedAsync(redirection, "score", folder["none.csv"], "--output", folder["none.npy"]);
        Assert.Equal(1, failed.ExitCode);
        Assert.Equal(2, (await ScoringProcess.RunRedirectedAsync(redirection, "score")).ExitCode);
    }

    [Theory]
    [InlineData("score", "<&-", "input")]
    [InlineData("evaluate", "<&-", "input")]
    [InlineData("score", ">&-", "output")]
    public async Task A_stream_that_is_closed_is_named(string command, string redirection, string stream)
    {
        using var folder = new TemporaryFolder();
        var input = stream == "input" ? "-" : folder.Write("in.csv", "1,1\n");
        var result = await ScoringProcess.RunRedirectedAsync(redirection, [command, input, .. command == "score" ? new[] { "--output", "-" } : []]);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"scoring: standard {stream} is closed", result.ErrorLine);
    }

    [Theory]
    [InlineData("heads")]
    [InlineData("key", "new", "trainer")]
    [InlineData("bench", "--duration", "0.1", "--warm-up", "0")]
    [InlineData("demo")]
    [InlineData("top")]
    [InlineData("evaluate", Table)]
    [InlineData("calibrate", Table)]
    [InlineData("evaluate", Table, "--json", "--report", "page.html")]
    public async Task What_is_only_printed_needs_standard_output(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var table = folder.Write(Table, "logit_a,logit_b,target\n1,1,a\n");
        var result = await ScoringProcess.RunRedirectedAsync(">&-", [.. arguments.Select(argument => argument == Table ? table : argument)]);
        Assert.Equal("scoring: standard output is closed", result.ErrorLine);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task What_is_printed_beside_a_file_goes_nowhere_where_standard_output_is_closed()
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunRedirectedAsync(
            ">&-", "calibrate", folder.Write(Table, "logit_a,logit_b,target\n1,1,a\n"), "--output", folder["heads.json"]);
        Assert.Equal(0, result.ExitCode);
        Assert.True(File.Exists(folder["heads.json"]));
    }
}
