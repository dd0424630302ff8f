using System.Diagnostics;
using System.Runtime.Versioning;
using Scoring.Cli.Files;

namespace Scoring.Cli.Tests.Commands;

/// <summary>Where <c>scoring score</c> writes what is no new file.</summary>
public sealed class ScoreOutputTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pipe_is_written_into()
    {
        using var folder = new TemporaryFolder();
        var pipe = NamedPipe.Make(folder["out.csv"]);
        using var process = ScoringProcess.Start("score", folder.Write("in.csv", "1,1\n"), "--output", pipe);
        process.Input.Close();
        Assert.Equal("0,0.5,0.5,0.5", (await File.ReadAllTextAsync(pipe, TestEnd)).Split('\n')[1].Trim());
        Assert.Equal(0, (await process.EndAsync()).ExitCode);
        Assert.Equal(["in.csv", "out.csv"], folder.Names());
    }

    [Fact]
    public async Task A_pipe_takes_nothing_that_is_not_written_from_end_to_end()
    {
        using var folder = new TemporaryFolder();
        var pipe = NamedPipe.Make(folder["out.npy"]);
        using var process = ScoringProcess.Start("score", folder.Write("in.csv", "1,1\n"), "--output", pipe);
        process.Input.Close();
        Assert.Empty(await File.ReadAllBytesAsync(pipe, TestEnd));
        var result = await process.EndAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"scoring: {pipe} is a pipe, which only CSV can be written to.", result.ErrorLine);
    }

    [Fact]
    public async Task What_shares_a_file_with_standard_output_is_written_after_it()
    {
        using var folder = new TemporaryFolder();
        var log = folder["log"];
        var result = await ScoringProcess.RunRedirectedAsync($">'{log}' 2>&1", "score", folder.Write("in.csv", "1,1\n"), "--output", "-");
        Assert.Equal(0, result.ExitCode);
        var lines = await File.ReadAllLinesAsync(log, TestEnd);
        Assert.Equal(["predicted,probability,probability_0,probability_1", "0,0.5,0.5,0.5"], lines[..2]);
        Assert.StartsWith("1 row × 2 classes in ", Assert.Single(lines[2..]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rw")]
    [InlineData("")]
    public async Task A_device_stays_a_device(string rights)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(OperatingSystem.IsLinux(), FileIdentity.IsSpecial("/dev/null"));
        // A node of the test's own, of what has the numbers of /dev/null. Whoever may make none may replace none.
        if (!OperatingSystem.IsLinux() || await RunAsync("mknod", "-m", "u=" + rights, folder["node"], "c", "1", "3") != 0)
        {
            return;
        }

        File.CreateSymbolicLink(folder["link.csv"], "node");
        await ScoringProcess.RunAsync("score", folder.Write("in.csv", "1,1\n"), "--output", folder["link.csv"]);
        Assert.Equal(0, await RunAsync("test", "-c", folder["node"]));
        Assert.Equal(["in.csv", "link.csv", "node"], folder.Names());

        async Task<int> RunAsync(string program, params string[] arguments)
        {
            using var process = Process.Start(program, arguments);
            await process.WaitForExitAsync(TestEnd);
            return process.ExitCode;
        }
    }

    [Fact]
    public async Task A_link_to_standard_output_leads_there()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder["link.csv"], "/dev/stdout");
        var result = await ScoringProcess.RunAsync("score", folder.Write("in.csv", "1,1\n"), "--output", folder["link.csv"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("0,0.5,0.5,0.5", result.OutputLines[1]);
        Assert.Equal(["in.csv", "link.csv"], folder.Names());
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)]
    [UnsupportedOSPlatform("windows")]
    public async Task Who_may_read_a_file_stays_so_when_it_is_replaced(UnixFileMode mode)
    {
        using var folder = new TemporaryFolder();
        var output = folder.Write("out.csv", "before");
        File.SetUnixFileMode(output, mode);
        Assert.Equal(0, (await ScoringProcess.RunAsync("score", folder.Write("in.csv", "1,1\n"), "--output", output)).ExitCode);
        Assert.Equal(mode, File.GetUnixFileMode(output));
        Assert.Contains("0.5", await File.ReadAllTextAsync(output, TestEnd), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_may_be_as_long_as_the_file_system_takes_it()
    {
        using var folder = new TemporaryFolder();
        var output = folder[new string('n', 251) + ".csv"];
        var result = await ScoringProcess.RunAsync("score", folder.Write("in.csv", "1,1\n"), "--output", output);
        Assert.Equal(0, result.ExitCode);
        Assert.True(File.Exists(output));
    }

    [Fact]
    public async Task A_link_stays_a_link()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder["link.csv"], "target.csv");
        var result = await ScoringProcess.RunAsync("score", folder.Write("in.csv", "1,1\n"), "--output", folder["link.csv"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("target.csv", new FileInfo(folder["link.csv"]).LinkTarget);
        Assert.Contains("0.5", await File.ReadAllTextAsync(folder["target.csv"], TestEnd), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_read_is_not_written_over()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.csv", "1,1\n");
        var result = await ScoringProcess.RunAsync("score", input, "--output", input);
        Assert.Equal($"scoring: {input} is read: what is written has to have another name.", result.ErrorLine);
        Assert.Equal("1,1\n", await File.ReadAllTextAsync(input, TestEnd));
    }

    [Fact]
    public async Task What_is_read_is_not_written_over_through_a_link_to_its_folder()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["real"]);
        Directory.CreateSymbolicLink(folder["link"], "real");
        var input = folder.Write("real/in.csv", "1,1\n");
        var output = folder["link/in.csv"];
        var result = await ScoringProcess.RunAsync("score", input, "--output", output);
        Assert.Equal($"scoring: {output} is read: what is written has to have another name.", result.ErrorLine);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("1,1\n", await File.ReadAllTextAsync(input, TestEnd));
    }

    [Theory]
    [InlineData("-")]
    [InlineData("/dev/stdin")]
    public async Task What_comes_by_standard_input_is_not_written_over(string name)
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.csv", "1,1\n");
        var result = await ScoringProcess.RunRedirectedAsync($"<'{input}'", "score", name, "--output", input);
        Assert.Equal($"scoring: {input} is read: what is written has to have another name.", result.ErrorLine);
        Assert.Equal("1,1\n", await File.ReadAllTextAsync(input, TestEnd));
    }

    [Fact]
    public async Task What_is_read_does_not_grow_by_standard_output()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.csv", "1,1\n");
        var result = await ScoringProcess.RunRedirectedAsync($">>'{input}'", "score", input, "--output", "-");
        Assert.Equal("scoring: standard output is read: what is written has to have another name.", result.ErrorLine);
        Assert.Equal("1,1\n", await File.ReadAllTextAsync(input, TestEnd));
    }
}
