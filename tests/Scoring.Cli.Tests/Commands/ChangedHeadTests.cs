namespace Scoring.Cli.Tests.Commands;

/// <summary>A service whose heads are others in the middle of a run.</summary>
public sealed class ChangedHeadTests
{
    private const string Pets = """{ "pets": { "activation": "softmax", "labels": ["cat", "dog"] } }""";
    private const string Others = """{ "pets": { "activation": "softmax", "labels": ["dog", "cat"], "temperature": 3 } }""";
    private const string More = """{ "pets": { "activation": "softmax", "labels": ["cat", "dog"] }, "toys": { "activation": "sigmoid" } }""";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_of_a_head_that_was_changed_are_not_written_beside_those_of_the_first()
    {
        using var folder = new TemporaryFolder();
        using var service = await ServeAsync(folder, Pets);
        using var score = await ScoreARowAsync(folder);
        folder.Write("heads.json", Others);
        await service.ReadUntilAsync("in force as revision 2");
        await score.Input.WriteAsync("0.00,0.00\n");
        score.Input.Close();
        var result = await score.EndAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Equal("scoring: head 'pets' was changed: after 1 row it is not what it was before the first; run this again", result.ErrorLine);
    }

    [Fact]
    public async Task A_change_to_another_head_ends_no_run()
    {
        using var folder = new TemporaryFolder();
        using var service = await ServeAsync(folder, Pets);
        using var score = await ScoreARowAsync(folder);
        folder.Write("heads.json", More);
        await service.ReadUntilAsync("in force as revision 2");
        await score.Input.WriteAsync("0,0\n0,0\n");
        score.Input.Close();
        var result = await score.EndAsync();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["cat,0.5,0.5,0.5", "cat,0.5,0.5,0.5"], result.OutputLines);
    }

    [Theory]
    [InlineData(Others)]
    [InlineData("""{ "toys": { "activation": "sigmoid" } }""")]
    public async Task A_service_that_comes_back_with_another_head_is_told_though_its_revision_is_the_same(string heads)
    {
        using var folder = new TemporaryFolder();
        var first = await ServeAsync(folder, Pets);
        using var score = await ScoreARowAsync(folder);
        first.Dispose();
        File.Delete(folder["socket"]);
        using var second = await ServeAsync(folder, heads);
        score.Input.Close();
        var result = await score.EndAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("scoring: head 'pets' was changed: after 1 row it is not what it was before the first; run this again", result.ErrorLine);
    }

    [Theory]
    [InlineData("evaluate")]
    [InlineData("calibrate")]
    public async Task Targets_of_one_head_are_not_measured_with_another(string command)
    {
        using var folder = new TemporaryFolder();
        using var service = await ServeAsync(folder, Pets);
        var page = NamedPipe.Make(folder["page.html"]);
        using var process = ScoringProcess.Start(command, "-", "--head", "pets", "--server", $"unix:{folder["socket"]}", "--report", page);
        await process.Input.WriteAsync("logit_cat,logit_dog,target\n");
        await process.Input.FlushAsync(TestEnd);

        // The page is opened once the head is known, and the call begins with the first row.
        await using var opened = new FileStream(page, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        folder.Write("heads.json", Others);
        await service.ReadUntilAsync("in force as revision 2");
        await process.Input.WriteAsync("1,0,cat\n1,0,dog\n");
        process.Input.Close();
        var result = await process.EndAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("scoring: head 'pets' was changed: after 2 rows it is not what it was before the first; run this again", result.ErrorLine);
        Assert.Equal("", result.Output);
    }

    private static async Task<ScoringProcess> ServeAsync(TemporaryFolder folder, string heads) => (await ScoringProcess.ServeAsync(
        "--unix-socket", folder["socket"], "--", $"--Scoring:HeadsFile={folder.Write("heads.json", heads)}", "--Scoring:Files:PollMs=100")).Process;

    /// <summary>Starts to score, a row a message, and has one of them.</summary>
    private static async Task<ScoringProcess> ScoreARowAsync(TemporaryFolder folder)
    {
        var process = ScoringProcess.Start(
            "score", "-", "--output", "-", "--head", "pets", "--message-size", "8", "--server", $"unix:{folder["socket"]}");
        await process.Input.WriteAsync("0.00,0.00\n");
        await process.Input.FlushAsync(TestEnd);
        Assert.Equal("predicted,probability,probability_cat,probability_dog", await process.ReadLineAsync());
        Assert.Equal("cat,0.5,0.5,0.5", await process.ReadLineAsync());
        return process;
    }
}
