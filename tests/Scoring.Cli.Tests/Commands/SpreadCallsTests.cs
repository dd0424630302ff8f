namespace Scoring.Cli.Tests.Commands;

/// <summary>Two replicas behind a proxy that hands each of them every other call: the run's head is told by one, and used by the other.</summary>
public sealed class SpreadCallsTests
{
    private const string Pets = """{ "pets": { "activation": "softmax", "labels": ["cat", "dog"] } }""";
    private const string Others = """{ "pets": { "activation": "softmax", "labels": ["cat", "dog"], "temperature": 3 } }""";

    [Theory]
    [InlineData("score")]
    [InlineData("evaluate")]
    [InlineData("calibrate")]
    public async Task Another_revision_of_the_same_head_ends_no_run(string command)
    {
        using var folder = new TemporaryFolder();
        var (told, toldAddress) = await ServeAsync(folder, "told", Pets);
        var (used, usedAddress) = await ServeAsync(folder, "used", Others, Pets);
        using (told)
        using (used)
        {
            var result = await RunAsync(folder, command, usedAddress, toldAddress);
            Assert.Equal(0, result.ExitCode);
        }
    }

    [Theory]
    [InlineData("score", Pets, Others)]
    [InlineData("score", Others)]
    [InlineData("evaluate", Pets, Others)]
    [InlineData("evaluate", Others)]
    [InlineData("calibrate", Others)]
    public async Task Another_head_is_told_whether_or_not_its_revision_is_the_same(string command, params string[] heads)
    {
        using var folder = new TemporaryFolder();
        var (told, toldAddress) = await ServeAsync(folder, "told", Pets);
        var (used, usedAddress) = await ServeAsync(folder, "used", heads);
        using (told)
        using (used)
        {
            var result = await RunAsync(folder, command, usedAddress, toldAddress);
            Assert.Equal(1, result.ExitCode);
            Assert.StartsWith("scoring: head 'pets' was changed: after ", result.ErrorLine, StringComparison.Ordinal);
        }
    }

    /// <summary>The first call is for all heads, the second for what the head has for each class, and the third is the one that uses it.</summary>
    private static async Task<ProcessResult> RunAsync(TemporaryFolder folder, string command, params string[] services)
    {
        await using var proxy = await SpreadingProxy.StartAsync(services);
        var input = folder.Write("in.csv", "logit_cat,logit_dog,target\n1,0,cat\n1,0,dog\n");
        string[] output = command == "score" ? ["--output", "-"] : [];
        return await ScoringProcess.RunAsync([command, input, "--head", "pets", "--server", proxy.Address, .. output]);
    }

    /// <summary>Starts a service, and gives it one head after another.</summary>
    private static async Task<(ScoringProcess Process, string Address)> ServeAsync(TemporaryFolder folder, string name, params string[] heads)
    {
        var service = await ScoringProcess.ServeAsync(
            "--port", "0", "--address", "127.0.0.1", "--", $"--Scoring:HeadsFile={folder.Write(name, heads[0])}", "--Scoring:Files:PollMs=100");
        foreach (var (change, next) in heads[1..].Index())
        {
            folder.Write(name, next);
            await service.Process.ReadUntilAsync($"in force as revision {change + 2}");
        }

        return service;
    }
}
