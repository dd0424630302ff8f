using System.Text.RegularExpressions;
using Scoring.Cli.Tests.Top;

namespace Scoring.Cli.Tests.Commands;

public sealed class TopTests
{
    [Fact]
    public async Task One_view_is_printed_where_the_output_is_no_terminal()
    {
        await using var server = await MetricsServer.StartAsync(200, Pages.Text(100), Pages.Text(101));
        var result = await ScoringProcess.RunAsync("top", "--server", server.Address, "--interval", "0.2");
        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith($" {server.Address}: over 0.", result.OutputLines[0], StringComparison.Ordinal);
        Assert.Contains("setosa 75 %, virginica 25 %", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output);
    }

    [Fact]
    public async Task A_running_service_is_seen_at_work()
    {
        var (process, address) = await ScoringProcess.ServeAsync("--port", "0", "--address", "127.0.0.1");
        using (process)
        {
            await process.ReadAddressAsync();
            var admin = await process.ReadAddressAsync();
            using var load = ScoringProcess.Start(
                "bench", "--server", address, "--rows", "2", "--classes", "3", "--rate", "200", "--duration", "600");
            // The load takes a moment to start.
            ProcessResult result;
            var views = 0;
            do
            {
                result = await ScoringProcess.RunAsync("top", "--server", admin, "--interval", "0.5");
                Assert.Equal("", result.Error);
            }
            while (!Regex.IsMatch(result.Output, @"softmax +\d+ +\d+ +0 +0\.\d\d +\d\.\d\d +\d \d+ %") && ++views < 30);

            Assert.InRange(views, 0, 29);
            Assert.Matches(@"open streams +4 ", result.Output);
            Assert.Matches(@"latency p99 +\d+(\.\d+)? (µs|ms) ", result.Output);
            Assert.Matches(@"kernel +\d+(\.\d+)? (µs|ms) +\d", result.Output);
        }
    }

    [Fact]
    public async Task A_service_that_is_started_anew_meanwhile_is_read_once_more()
    {
        await using var server = await MetricsServer.StartAsync(200, Pages.Text(100), Pages.Text(1), Pages.Text(2));
        var result = await ScoringProcess.RunAsync("top", "--server", new Uri(server.Address).Authority, "--interval", "0.1", "--once");
        Assert.Equal("", result.Error);
        Assert.Matches(@"messages per second +\d", result.Output);
        Assert.DoesNotContain("-", result.OutputLines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_proxy_that_the_environment_names_is_asked()
    {
        await using var server = await MetricsServer.StartAsync(200, Pages.Text(1), Pages.Text(2));
        using var top = ScoringProcess.StartWith(
            "http_proxy", "http://127.0.0.1:1", "top", "--server", server.Address, "--interval", "0.1", "--once");
        top.Input.Close();
        var result = await top.EndAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_told()
    {
        var result = await ScoringProcess.RunAsync("top", "--server", "http://127.0.0.1:1");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            "scoring: cannot reach http://127.0.0.1:1: Connection refused; start the service with --admin-port, and give top the same port",
            result.ErrorLine);
    }

    [Theory]
    [InlineData(200, "<html>", "line 1 is no metric")]
    [InlineData(200, "up 1\n", "no metric on it begins with scoring_")]
    [InlineData(200, "", "no metric on it begins with scoring_")]
    [InlineData(404, "", "it answers 404 Not Found")]
    public async Task A_page_of_something_else_is_told(int status, string page, string why)
    {
        await using var server = await MetricsServer.StartAsync(status, page);
        var result = await ScoringProcess.RunAsync("top", "--server", server.Address);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            $"scoring: {server.Address}/metrics is no metrics page of the service: {why}; give the port that the service has as --admin-port",
            result.ErrorLine);
    }

    [Fact]
    public async Task The_port_for_scoring_is_told_from_that_for_metrics()
    {
        var (process, address) = await ScoringProcess.ServeAsync("--port", "0", "--address", "127.0.0.1");
        using (process)
        {
            var result = await ScoringProcess.RunAsync("top", "--server", address);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("give the port that the service has as --admin-port", result.ErrorLine, StringComparison.Ordinal);
        }
    }
}
