using System.Text.Json;

namespace Scoring.Cli.Tests.Commands;

public sealed class BenchTests
{
    [Theory]
    [InlineData("--outputs", "scores,top_k,decisions,log_sum_exp,entropy,loss", "--top-k", "3")]
    [InlineData("--outputs", "top_k,decisions,loss", "--head", "sigmoid", "--type", "bf16", "--connections", "2")]
    [InlineData("--outputs", "scores,entropy", "--head", "log_softmax", "--type", "fp16", "--streams", "1")]
    [InlineData("--head", "linear", "--type", "fp64", "--unary", "--window", "2")]
    public async Task Every_answer_is_held_against_float64(params string[] arguments)
    {
        var result = await ScoringProcess.RunAsync(
            ["bench", "--rows", "3", "--classes", "33", "--duration", "0.1", "--warm-up", "0", "--check", .. arguments]);
        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^3 × 33 fp\d+|bf16 logits to ", result.OutputLines[0]);
        Assert.Contains(result.OutputLines, line => line.EndsWith(" 0 every answer was held against float64", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Json_has_every_figure_and_its_unit()
    {
        var result = await ScoringProcess.RunAsync(
            "bench", "--json", "--rows", "2", "--classes", "8", "--duration", "0.2", "--warm-up", "0.1", "--outputs", "top_k,scores");
        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);

        using var json = JsonDocument.Parse(result.Output);
        var report = json.RootElement;
        var plan = report.GetProperty("plan");
        Assert.Equal(2, plan.GetProperty("rows").GetInt32());
        Assert.Equal(0.2, plan.GetProperty("duration_seconds").GetDouble());
        Assert.Equal("scores, top_k", plan.GetProperty("outputs").GetString());
        Assert.Equal(JsonValueKind.Null, plan.GetProperty("rate_per_second").ValueKind);

        var perSecond = report.GetProperty("messages_per_second").GetDouble();
        Assert.Equal(report.GetProperty("messages").GetInt64() / report.GetProperty("seconds").GetDouble(), perSecond, 6);
        Assert.Equal(perSecond * 2, report.GetProperty("rows_per_second").GetDouble(), 6);
        Assert.Equal(perSecond * 2 * 8 * sizeof(float), report.GetProperty("request_bytes_per_second").GetDouble(), 6);
        Assert.Equal(perSecond * 2 * (8 + 2) * sizeof(float), report.GetProperty("response_bytes_per_second").GetDouble(), 6);

        var latency = report.GetProperty("latency_microseconds");
        double[] quantiles = [.. new[] { "p50", "p90", "p99", "p99_9", "max" }.Select(name => latency.GetProperty(name).GetDouble())];
        Assert.True(quantiles[0] > 0);
        Assert.Equal(quantiles.Order(), quantiles);

        Assert.True(report.GetProperty("client_cpu_microseconds_per_message").GetDouble() > 0);
        Assert.True(report.GetProperty("client_allocated_bytes_per_message").GetDouble() > 0);
        var server = report.GetProperty("server");
        Assert.True(server.GetProperty("cpu_microseconds_per_message").GetDouble() > 0);
        Assert.True(server.GetProperty("allocated_bytes_per_message").GetDouble() > 0);
        Assert.True(server.GetProperty("resident_bytes").GetUInt64() > 1 << 20);
        Assert.True(server.GetProperty("resident_bytes_before").GetUInt64() > 1 << 20);
        Assert.True(server.TryGetProperty("rented_bytes", out _));
        Assert.True(server.TryGetProperty("compiled_methods", out _));
        Assert.Equal(0, report.GetProperty("errors").GetInt64());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("first_error").ValueKind);
    }

    [Fact]
    public async Task Open_Inference_is_measured_beside_the_service_s_own_messages()
    {
        var result = await ScoringProcess.RunAsync(
            "bench", "--json", "--protocol", "oip", "--check", "--rows", "2", "--classes", "8", "--duration", "0.1", "--warm-up", "0");
        Assert.Equal("", result.Error);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal("Oip", json.RootElement.GetProperty("plan").GetProperty("protocol").GetString(), ignoreCase: true);
        Assert.InRange(json.RootElement.GetProperty("messages").GetInt64(), 1, long.MaxValue);
        var times = json.RootElement.GetProperty("times_native");
        Assert.All(["time", "client_cpu", "server_cpu"], name => Assert.True(times.GetProperty(name).GetDouble() > 0));
    }

    [Theory]
    [InlineData]
    [InlineData("--unary")]
    public async Task A_rate_is_not_exceeded(params string[] arguments)
    {
        var result = await ScoringProcess.RunAsync(
            ["bench", "--json", "--rate", "100", "--window", "4", "--classes", "4", "--duration", "0.5", "--warm-up", "0", .. arguments]);
        Assert.Equal("", result.Error);
        using var json = JsonDocument.Parse(result.Output);
        var report = json.RootElement;
        // What was due before the measured time and was late counts too.
        Assert.InRange(report.GetProperty("messages").GetInt64(), 1, (100 * report.GetProperty("seconds").GetDouble()) + 500);
    }

    [Theory]
    [InlineData]
    [InlineData("--unary")]
    public async Task Refused_messages_are_counted_and_end_with_1(params string[] arguments)
    {
        var result = await ScoringProcess.RunAsync(
            ["bench", "--classes", "5", "--duration", "0.1", "--warm-up", "0", .. arguments, "--", "--Scoring:Limits:Classes=4"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"^scoring: \d+ messages went wrong; the first: InvalidArgument: classes is 5; the limit is 4", result.ErrorLine);
        Assert.Contains(result.OutputLines, line => line.Contains("the first: InvalidArgument", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nobody", "there is no head 'nobody'; the service has linear, log_softmax, pets, sigmoid, softmax")]
    [InlineData("pets", "head 'pets' has 3 classes; --classes is 4", "--classes", "4")]
    public async Task A_load_that_would_be_refused_is_not_begun(string head, string error, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var heads = folder.Write("heads.json", """{ "pets": { "activation": "softmax", "classes": 3 } }""");
        var result = await ScoringProcess.RunAsync(["bench", "--head", head, .. arguments, "--", $"--Scoring:HeadsFile={heads}"]);
        Assert.Equal((1, $"scoring: {error}"), (result.ExitCode, result.ErrorLine));
    }

    [Fact]
    public async Task Rows_are_as_wide_as_the_head_has_them()
    {
        using var folder = new TemporaryFolder();
        var heads = folder.Write("heads.json", """{ "pets": { "activation": "softmax", "classes": 3 } }""");
        var result = await ScoringProcess.RunAsync(
            "bench", "--head", "pets", "--duration", "0.1", "--warm-up", "0", "--json", "--", $"--Scoring:HeadsFile={heads}");
        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal(3, json.RootElement.GetProperty("plan").GetProperty("classes").GetInt32());
        Assert.Equal(0, json.RootElement.GetProperty("errors").GetInt32());
    }

    [Fact]
    public async Task A_service_elsewhere_is_used_as_it_is()
    {
        var (process, address) = await ScoringProcess.ServeAsync("--port", "0", "--address", "127.0.0.1", "--", "--Scoring:Limits:Classes=4");
        using (process)
        {
            var result = await ScoringProcess.RunAsync("bench", "--server", address, "--classes", "5", "--duration", "0.1", "--warm-up", "0");
            Assert.Equal(1, result.ExitCode);
            Assert.EndsWith("classes is 5; the limit is 4", result.ErrorLine, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Settings_after_two_dashes_reach_the_service_of_its_own()
    {
        var result = await ScoringProcess.RunAsync(
            "bench", "--classes", "5", "--duration", "0.1", "--warm-up", "0", "--", "--Scoring:Limits:Classes=4");
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith("classes is 5; the limit is 4", result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_of_its_own_that_does_not_start_is_told()
    {
        var result = await ScoringProcess.RunAsync("bench", "--", "--Scoring:Limits:Rows=0");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("scoring: the server ended with 1 before it listened: ", result.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("Rows", result.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bench")]
    [InlineData("heads")]
    public async Task A_folder_for_temporary_files_that_cannot_be_used_is_named(string command)
    {
        using var folder = new TemporaryFolder();
        var missing = await RunAsync(folder["missing"]);
        Assert.StartsWith($"scoring: there is no folder {folder["missing"]}/, ", missing.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(1, missing.ExitCode);

        var place = Directory.CreateDirectory(folder[new string('d', 100)]);
        var tooLong = await RunAsync(place.FullName);
        Assert.Contains(place.FullName[..40], tooLong.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("too long for the path of a socket", tooLong.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(1, tooLong.ExitCode);
        Assert.Empty(place.EnumerateFileSystemInfos());

        async Task<ProcessResult> RunAsync(string temporary)
        {
            using var process = ScoringProcess.StartWithTemporaryFolder(temporary, command);
            process.Input.Close();
            return await process.EndAsync();
        }
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_told()
    {
        var result = await ScoringProcess.RunAsync("bench", "--server", "unix:/nowhere/service.sock");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("scoring: cannot reach unix:/nowhere/service.sock: ", result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigterm_ends_the_service_of_its_own_too()
    {
        using var folder = new TemporaryFolder();
        using var process = ScoringProcess.StartWithTemporaryFolder(folder.Path, "bench", "--duration", "600");
        await Eventually.IsAsync(() => Directory.EnumerateFiles(folder.Path, "service.sock", SearchOption.AllDirectories).Any());

        process.Terminate();
        var result = await process.EndAsync();
        Assert.Equal(143, result.ExitCode);
        Assert.Equal("scoring: cancelled", result.ErrorLine);
        Assert.Empty(folder.Names());
    }
}
