using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Scoring.Cli.Tests.Commands;

public sealed class ScoreFailureTests
{
    [Theory]
    [InlineData("nan", "the logit is NaN, which has no score")]
    [InlineData("inf", "the logit is +inf, which has no score")]
    public async Task A_logit_that_is_not_finite_is_named_by_its_place_in_the_file(string logit, string said)
    {
        using var folder = new TemporaryFolder();
        var rows = Enumerable.Range(0, 1000).Select(row => row == 777 ? $"1,{logit},3" : "1,2,3");
        var input = folder.Write("in.csv", "logit_a,logit_b,logit_c\n" + string.Join('\n', rows));

        // 40 bytes hold three rows, so that the bad one is the first of its message, and far from the file's.
        var result = await ScoringProcess.RunAsync("score", input, "--output", folder["out.npy"], "--message-size", "40");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"scoring: {input}, row 777 (line 779), column logit_b: {said}", result.ErrorLine);
        Assert.Equal(["in.csv"], folder.Names());
    }

    [Fact]
    public async Task A_folder_is_no_file()
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("score", folder.Path, "--output", "-");
        Assert.Equal((1, $"scoring: {folder.Path} is a folder."), (result.ExitCode, result.ErrorLine));
    }

    [Fact]
    public async Task Columns_that_are_passed_over_are_named()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.csv", "id,target,logit_a,dog,logit_c\n1,a,0,2,0\n");
        var result = await ScoringProcess.RunAsync("score", input, "--output", "-");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith($"passed over in {input}: 2 columns, id, dog\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_without_any_finite_logit_is_named_as_a_row()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.npy", Npy.Make("<f4", "(2, 2)", [1, 2, float.NegativeInfinity, float.NegativeInfinity]));
        var result = await ScoringProcess.RunAsync("score", input, "--output", "-");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"scoring: {input}, row 1 is -inf in every column", result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flag_scores_such_rows_0_and_reports_them()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.csv", "0,0\nnan,0\n0,0\n0,inf\n");
        var result = await ScoringProcess.RunAsync("score", input, "--output", "-", "--non-finite", "flag", "--message-size", "8");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["0,0.5,0.5,0.5", ",0,0,0", "0,0.5,0.5,0.5", ",0,0,0"], result.OutputLines[1..]);
        Assert.Contains("2 rows were scored 0 for logits that are not finite: rows 1, 3", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flag", "0")]
    [InlineData("propagate", "NaN")]
    public async Task Such_rows_have_no_best_class(string nonFinite, string score)
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.csv", "0,0\nnan,0\n");
        var result = await ScoringProcess.RunAsync("score", input, "--output", "-", "--non-finite", nonFinite, "--top-k", "1");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["0,0.5", $",{score}"], result.OutputLines[1..]);
    }

    [Fact]
    public async Task Propagate_scores_such_rows_NaN()
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("score", folder.Write("in.csv", "0,0\nnan,0\n"), "--output", "-", "--non-finite", "propagate");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["0,0.5,0.5,0.5", ",NaN,NaN,NaN"], result.OutputLines[1..]);
    }

    [Fact]
    public async Task A_broken_line_far_into_the_file_leaves_no_output()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.csv", string.Concat(Enumerable.Repeat("1,2,3\n", 1000)) + "1,2\n");
        var result = await ScoringProcess.RunAsync("score", input, "--output", folder["out.csv"], "--message-size", "64");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"scoring: {input}, line 1001, has 2 fields; the first line has 3.", result.ErrorLine);
        Assert.Equal(["in.csv"], folder.Names());
    }

    [Theory]
    [InlineData("http://127.0.0.1:1", "scoring: cannot reach http://127.0.0.1:1: Connection refused")]
    [InlineData("unix:/nowhere/service.sock", "scoring: cannot reach unix:/nowhere/service.sock: there is no such socket")]
    public async Task A_service_that_cannot_be_reached_is_told_in_one_line(string server, string said)
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("score", folder.Write("in.csv", "1,2\n"), "--output", folder["out.csv"], "--server", server);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(said, result.ErrorLine);
        Assert.Equal(["in.csv"], folder.Names());
    }

    [Theory]
    [InlineData("https", "HTTP/1.1 400 Bad Request\r\n\r\n", "speaks no TLS", "has an address with http://")]
    [InlineData("http", "", "has an address with https://")]
    [InlineData("http", "HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/2 in clear text", "JSON and metrics have ports of their own")]
    public async Task A_service_that_speaks_another_protocol_is_told_in_one_line(string scheme, string answer, params string[] said)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answers = AnswerAsync();
        var server = $"{scheme}://{listener.LocalEndpoint}";
        var result = await ScoringProcess.RunAsync("heads", "--server", server);
        listener.Stop();
        await answers;
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"scoring: cannot reach {server}: what answers there ", result.ErrorLine, StringComparison.Ordinal);
        Assert.All(said, piece => Assert.Contains(piece, result.ErrorLine, StringComparison.Ordinal));

        async Task AnswerAsync()
        {
            try
            {
                while (true)
                {
                    using var connection = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
                    await connection.ReceiveAsync(new byte[1024], TestContext.Current.CancellationToken);
                    await connection.SendAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
                }
            }
            catch (Exception exception) when (exception is SocketException or InvalidOperationException)
            {
                // The test is over: the listener has stopped, while it accepted or before.
            }
        }
    }

    [Fact]
    public async Task A_service_that_is_lost_on_the_way_is_told_in_one_line()
    {
        var (service, address) = await ScoringProcess.ServeAsync("--port", "0", "--address", "127.0.0.1");
        using var process = ScoringProcess.Start("score", "-", "--output", "-", "--message-size", "8", "--patience", "0.2", "--server", address);
        await process.Input.WriteAsync("0,0\n0,0\n");
        await process.Input.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal("predicted,probability,probability_0,probability_1", await process.ReadLineAsync());
        Assert.Equal("0,0.5,0.5,0.5", await process.ReadLineAsync());
        Assert.Equal("0,0.5,0.5,0.5", await process.ReadLineAsync());

        service.Dispose();
        await process.Input.WriteAsync("0,0\n");
        await process.Input.FlushAsync(TestContext.Current.CancellationToken);
        var result = await process.EndAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"scoring: lost {address} after 2 rows: ", result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_that_there_is_not_is_told_with_those_that_there_are()
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("score", folder.Write("in.csv", "1,2\n"), "--output", folder["out.csv"], "--head", "iris");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("scoring: there is no head 'iris'; the service has linear, log_softmax, sigmoid, softmax", result.ErrorLine);
    }

    [Fact]
    public async Task Files_that_are_not_there_are_told_in_one_line()
    {
        using var folder = new TemporaryFolder();
        var missing = await ScoringProcess.RunAsync("score", folder["in.csv"], "--output", folder["out.csv"]);
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains(folder["in.csv"], missing.ErrorLine, StringComparison.Ordinal);

        var nowhere = await ScoringProcess.RunAsync("score", folder.Write("in.csv", "1,2\n"), "--output", folder["no/out.csv"]);
        Assert.Equal(1, nowhere.ExitCode);
        Assert.Contains("There is no folder", nowhere.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_wider_than_the_service_takes_are_told_before_they_are_sent()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.csv", string.Join(',', Enumerable.Repeat("1", 1000)) + "\n");
        var result = await ScoringProcess.RunAsync("score", input, "--output", "-", "--", "--Scoring:Limits:MessageBytes=1024");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"scoring: {input} has rows of 8000 bytes; the service takes messages of up to 1024 bytes", result.ErrorLine);
    }

    [Fact]
    public async Task Messages_stay_within_what_the_service_takes()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.csv", string.Concat(Enumerable.Repeat("0,0\n", 1000)));
        var result = await ScoringProcess.RunAsync(
            "score", input, "--output", folder["out.npy"], "--", "--Scoring:Limits:MessageBytes=1024", "--Scoring:Limits:Rows=50");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(Enumerable.Repeat(0.5f, 2000), Npy.Read<float>(folder["out.npy"]).Elements);
    }

    [Fact]
    public async Task The_end_of_a_terminal_leaves_nothing_half_written()
    {
        using var folder = new TemporaryFolder();
        using var process = ScoringProcess.Start("score", "-", "--output", folder["out.csv"]);
        await process.Input.WriteAsync("logit_a,logit_b\n0,0\n");
        await process.Input.FlushAsync(TestContext.Current.CancellationToken);
        await Eventually.IsAsync(() => folder.Names().Any());
        process.HangUp();
        var result = await process.EndAsync();
        Assert.Equal((129, "scoring: cancelled"), (result.ExitCode, result.ErrorLine));
        Assert.Empty(folder.Names());
    }

    [Fact]
    public async Task A_row_that_is_too_wide_costs_no_more_than_a_look_at_its_header()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.npy", Npy.Make<float>("<f4", "(0, 60000000)", []));
        // 256 MiB.
        using var process = ScoringProcess.StartWith("DOTNET_GCHeapHardLimit", "10000000", "score", input, "--output", folder["out.npy"]);
        var result = await process.EndAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"scoring: {input} has rows of 240000000 bytes; the service takes", result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_best_classes_of_groups_have_no_place_in_a_table()
    {
        using var folder = new TemporaryFolder();
        var heads = folder.Write("heads.json", """{ "grouped": { "activation": "softmax", "groups": [2, 3] } }""");
        var result = await ScoringProcess.RunAsync(
            "score", folder.Write("in.csv", "1,2,3,4,5\n"), "--head", "grouped", "--top-k", "1", "--output", "-", "--",
            $"--Scoring:HeadsFile={heads}");
        Assert.Equal(
            (1, "scoring: head 'grouped' has groups, each with best classes of its own; --top-k is for heads without", ""),
            (result.ExitCode, result.ErrorLine, result.Output));
    }

    [Fact]
    public async Task Sigterm_cancels_even_while_input_is_awaited()
    {
        using var process = ScoringProcess.Start("score", "-", "--output", "-");
        await process.Input.WriteAsync("logit_a,logit_b\n0,0\n");
        await process.Input.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal("predicted,probability,probability_a,probability_b", await process.ReadLineAsync());

        process.Terminate();
        var result = await process.EndAsync();
        Assert.Equal(143, result.ExitCode);
        Assert.Equal("scoring: cancelled", result.ErrorLine);
    }

    [Fact]
    public async Task The_service_within_leaves_nothing_in_the_temporary_folder()
    {
        using var folder = new TemporaryFolder();
        using var temporary = new TemporaryFolder();
        using var process = ScoringProcess.StartWithTemporaryFolder(temporary.Path, "score", folder.Write("in.csv", "nan,2\n"), "--output", "-");
        Assert.Equal(1, (await process.EndAsync()).ExitCode);
        Assert.DoesNotContain(temporary.Names(), name => name.StartsWith("scoring-", StringComparison.Ordinal));
    }
}
