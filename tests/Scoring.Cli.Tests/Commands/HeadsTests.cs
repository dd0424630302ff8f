using System.Text.Json;
using Scoring.Cli.Heads;
using Scoring.V1;

namespace Scoring.Cli.Tests.Commands;

public sealed class HeadsTests
{
    [Fact]
    public async Task The_heads_and_limits_of_a_service_within_are_listed()
    {
        var result = await ScoringProcess.RunAsync("heads", "--", "--Scoring:Limits:Rows=4321", "--Scoring:RateLimits:RowsPerSecond=1234.5");
        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"sigmoid +sigmoid +any +– +1 +0\.5 +– +no +built in", result.Output);
        Assert.Matches(@"linear +linear +any +– +1 +– +– +no +built in", result.Output);
        Assert.Matches(@"rows in one message +4,321", result.Output);
        Assert.Matches(@"rows a second +1,234\.5", result.Output);
        Assert.DoesNotContain("messages a second", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"ms to a stream's first message +300,000", result.Output);
        Assert.Matches(@"ms between two messages +none", result.Output);
    }

    [Fact]
    public async Task A_configured_head_is_listed_with_as_many_labels_as_fit()
    {
        string[] labels = [.. Enumerable.Range(0, 20).Select(label => $"--Scoring:Heads:birds:Labels:{label}=species-{label}")];
        var result = await ScoringProcess.RunAsync(
            ["heads", "--", "--Scoring:Heads:birds:Activation=sigmoid", "--Scoring:Heads:birds:Temperature=1.25", .. labels]);
        Assert.Equal("", result.Error);
        Assert.Matches(@"birds +sigmoid +20 +species-0.*… +1\.25 +0\.5 +– +no +1", result.Output);
    }

    [Fact]
    public async Task Nothing_that_a_terminal_would_obey_is_in_the_table()
    {
        var result = await ScoringProcess.RunAsync("heads", "--", "--Scoring:Heads:x:Activation=softmax", "--Scoring:Heads:x:Labels:0=\u001B]0;y\a");
        Assert.Equal("", result.Error);
        Assert.DoesNotContain('\u001B', result.Output);
        Assert.Contains("?]0;y?", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_every_limit()
    {
        using var heads = JsonDocument.Parse(HeadsJson.Format(new ListHeadsResponse { Limits = new Limits { RowsPerSecond = 1.5 } }));
        var limits = heads.RootElement.GetProperty("limits");
        Assert.Equal(
            Limits.Descriptor.Fields.InDeclarationOrder().Select(field => field.Name).Order(),
            limits.EnumerateObject().Select(limit => limit.Name).Order());
        Assert.Equal(1.5, limits.GetProperty("rows_per_second").GetDouble());
    }

    [Fact]
    public async Task A_label_is_cut_between_characters()
    {
        // Twelve places are the least that labels get.
        var result = await ScoringProcess.RunAsync(
            "heads", "--", "--Scoring:Heads:birds:Activation=sigmoid", "--Scoring:Heads:birds:Labels:0=ten+letter\ud83d\ude00\ud83d\ude00");
        Assert.Contains(" ten+letter… ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_them_for_programs()
    {
        using var folder = new TemporaryFolder();
        var (process, address) = await ScoringProcess.ServeAsync("--unix-socket", folder["service.sock"]);
        using (process)
        {
            var result = await ScoringProcess.RunAsync("heads", "--json", "--server", address.Replace("http://", "", StringComparison.Ordinal));
            Assert.Equal(0, result.ExitCode);
            using var heads = JsonDocument.Parse(result.Output);
            Assert.Equal(
                ["linear", "log_softmax", "sigmoid", "softmax"],
                heads.RootElement.GetProperty("heads").EnumerateArray().Select(head => head.GetProperty("activation").GetString()));
            Assert.Equal(16 << 20, heads.RootElement.GetProperty("limits").GetProperty("message_bytes").GetInt32());
            Assert.Equal(600_000, heads.RootElement.GetProperty("limits").GetProperty("slow_reader_ms").GetInt32());
            Assert.Equal(10_000, heads.RootElement.GetProperty("limits").GetProperty("crowded_ms").GetInt32());
            Assert.NotEqual(0, heads.RootElement.GetProperty("limits").GetProperty("buffer_bytes").GetInt64());
        }
    }
}
