namespace Scoring.Cli.Tests.Commands;

public sealed class ServeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sigterm_and_the_end_of_the_terminal_end_serve_with_0(bool isHangUp)
    {
        var (process, _) = await ScoringProcess.ServeAsync("--port", "0", "--address", "127.0.0.1");
        using (process)
        {
            if (isHangUp)
            {
                process.HangUp();
            }
            else
            {
                process.Terminate();
            }

            var result = await process.EndAsync();
            Assert.Equal(0, result.ExitCode);
            Assert.Empty(result.Error);
        }
    }

    [Fact]
    public async Task A_second_sigterm_ends_serve_at_once()
    {
        var (process, _) = await ScoringProcess.ServeAsync(
            "--port", "0", "--address", "127.0.0.1", "--", "--Scoring:Drain:DelayMs=60000", "--Scoring:Drain:TimeoutMs=61000");
        using (process)
        {
            process.Terminate();
            await process.ReadUntilAsync("Draining");
            process.Terminate();
            var result = await process.EndAsync();
            Assert.Equal(143, result.ExitCode);
        }
    }

    [Fact]
    public async Task The_HTTP_port_serves_JSON_and_the_admin_port_metrics()
    {
        var (process, _) = await ScoringProcess.ServeAsync("--port", "0", "--address", "127.0.0.1");
        using (process)
        using (var http = new HttpClient())
        {
            var heads = await http.GetStringAsync($"{await process.ReadAddressAsync()}/v1/heads", TestContext.Current.CancellationToken);
            Assert.Contains("\"log_softmax\"", heads, StringComparison.Ordinal);
            var page = await http.GetStringAsync($"{await process.ReadAddressAsync()}/metrics", TestContext.Current.CancellationToken);
            Assert.Contains("# TYPE scoring_streams_open gauge", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Settings_after_two_dashes_reach_the_service()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("wide.csv", "1,2,3,4,5\n");
        var (process, address) = await ScoringProcess.ServeAsync("--port", "0", "--address", "127.0.0.1", "--", "--Scoring:Limits:Classes=4");
        using (process)
        {
            var result = await ScoringProcess.RunAsync("score", input, "--output", "-", "--server", address);
            Assert.Equal(1, result.ExitCode);
            Assert.Equal($"scoring: {input}, rows 0 to 0: classes is 5; the limit is 4", result.ErrorLine);
        }
    }

    [Fact]
    public async Task A_setting_that_makes_no_sense_is_named()
    {
        var result = await ScoringProcess.RunAsync("serve", "--port", "0", "--http-port", "0", "--admin-port", "0", "--", "--Scoring:Limits:Rows=0");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Rows", result.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Logging:LogLevel:Default=loud", "Configuration value 'loud' is not supported.")]
    [InlineData("Logging:Console:MaxQueueLength=0", "must be larger than zero")]
    [InlineData("Logging:Console:LogToStandardErrorThreshold=5x", "at 'LogToStandardErrorThreshold'")]
    public async Task A_setting_of_the_log_that_makes_no_sense_is_one_line(string setting, string said)
    {
        var result = await ScoringProcess.RunAsync("serve", "--port", "0", "--http-port", "0", "--admin-port", "0", "--", $"--{setting}");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("scoring: Logging: ", result.ErrorLine, StringComparison.Ordinal);
        Assert.Contains(said, result.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "it is a pipe that nobody writes to")]
    [InlineData(true, "it has more than 67108864 bytes")]
    public async Task A_file_of_heads_without_an_end_or_a_beginning_ends_the_start(bool isEndless, string said)
    {
        using var folder = new TemporaryFolder();
        var file = isEndless ? "/dev/zero" : NamedPipe.Make(folder["heads.json"]);
        var result = await ScoringProcess.RunAsync("heads", "--", $"--Scoring:HeadsFile={file}");
        Assert.Equal((1, $"scoring: Scoring:HeadsFile is '{file}', which cannot be read: {said}"), (result.ExitCode, result.ErrorLine));
    }

    [Fact]
    public async Task Each_fault_of_a_head_has_its_line()
    {
        var result = await ScoringProcess.RunAsync(
            "serve", "--port", "0", "--http-port", "0", "--admin-port", "0", "--", "--Scoring:Heads:pets:activation=relu",
            "--Scoring:Heads:pets:temprature=2");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            [
                "scoring: Scoring:Heads:pets:temprature is not a key of a head; "
                    + "the keys are activation, bias, classes, groups, labels, labelsFile, temperature, threshold",
                "scoring: Scoring:Heads:pets:activation is 'relu'; it must be softmax, log_softmax, sigmoid or linear",
            ],
            result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("Exception", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_one_line()
    {
        var (process, address) = await ScoringProcess.ServeAsync("--port", "0", "--address", "127.0.0.1");
        using (process)
        {
            var port = new Uri(address).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
            var result = await ScoringProcess.RunAsync(
                "serve", "--address", "127.0.0.1", "--http-port", "0", "--admin-port", "0", "--port", port);
            Assert.Equal((1, $"scoring: Scoring:Listen:Port is {port}, which is in use"), (result.ExitCode, result.ErrorLine));
            Assert.DoesNotContain("Exception", result.Output, StringComparison.Ordinal);
        }
    }
}
