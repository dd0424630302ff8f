using Microsoft.Extensions.Time.Testing;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests.Heads;

public sealed class HeadReloadTests
{
    private const string Poll = "--Scoring:Files:PollMs=10";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_file_of_heads_is_put_in_force_with_the_next_revision()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("heads.json", """{ "pets": { "activation": "softmax", "labels": ["cat", "dog"] } }""");
        await using var server = await ScoringServer.StartAsync($"--Scoring:HeadsFile={file}", Poll);
        using var reloads = new ReloadRecorder(server);
        var before = await HeadAsync(server, "pets");
        Assert.Equal((1UL, 2u, 1f), (before!.Revision, before.Classes, before.Temperature));
        Assert.Equal(["cat", "dog"], before.Labels);

        folder.Write("heads.json", """{ "pets": { "activation": "softmax", "classes": 3, "temperature": 2 }, "new": { "activation": "linear" } }""");
        await reloads.NextIsAsync("accepted");
        var after = await HeadAsync(server, "pets");
        Assert.Equal((2UL, 3u, 2f), (after!.Revision, after.Classes, after.Temperature));
        Assert.Empty(after.Labels);
        Assert.Equal(2UL, (await HeadAsync(server, "new"))!.Revision);
        Assert.Equal(0UL, (await HeadAsync(server, "softmax"))!.Revision);
    }

    [Fact]
    public async Task A_head_that_is_configured_no_more_is_not_found_and_the_receipt_tells_the_revision_of_one_that_is()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("heads.json", """{ "a": { "activation": "linear" }, "b": { "activation": "linear" } }""");
        await using var server = await ScoringServer.StartAsync($"--Scoring:HeadsFile={file}", Poll);
        using var reloads = new ReloadRecorder(server);
        folder.Write("heads.json", """{ "b": { "activation": "linear" } }""");
        await reloads.NextIsAsync("accepted");
        var client = server.Connect();
        var refused = await Assert.ThrowsAsync<ScoringException>(
            () => client.ScoreAsync(new ScoreRequest { Head = "a", Classes = 1, Logits = new float[1] }, TestEnd));
        Assert.Equal("head 'a' is not configured; there are b, linear, log_softmax, sigmoid, softmax", refused.Error.Message);
        using var result = await client.ScoreAsync(new ScoreRequest { Head = "b", Classes = 1, Logits = new float[1] }, TestEnd);
        Assert.Equal(2UL, result.Receipt.HeadRevision);
    }

    public static TheoryData<string> BadFiles => new()
    {
        """{ "pets": { "activation": "softmax", "temperature": 0 } }""",
        """{ "pets": { "activation": "softmax" """,
        "[]",
        """{ "pets": { "activation": "softmax", "activation": "linear" } }""",
    };

    [Theory]
    [MemberData(nameof(BadFiles), DisableDiscoveryEnumeration = true)]
    public async Task A_bad_file_is_refused_until_it_is_mended_and_the_old_heads_keep_serving(string bad)
    {
        const string Good = """{ "pets": { "activation": "softmax", "temperature": 4 } }""";
        using var folder = new TemporaryFolder();
        var file = folder.Write("heads.json", Good);
        await using var server = await ScoringServer.StartAsync($"--Scoring:HeadsFile={file}", Poll);
        server.ExpectedLog = "The changed heads are refused, and those of revision 1 keep serving";
        using var reloads = new ReloadRecorder(server);
        folder.Write("heads.json", bad);
        await reloads.NextIsAsync("refused");
        Assert.Equal((1UL, 4f), await HeadAsync(server, "pets") is { } head ? (head.Revision, head.Temperature) : default);
        Assert.Single(server.LogLines);

        // The heads are what they were, so nothing new comes into force.
        folder.Write("heads.json", Good);
        await reloads.NextIsAsync("accepted");
        Assert.Equal(1UL, (await HeadAsync(server, "pets"))!.Revision);
        Assert.Single(server.LogLines);
    }

    [Fact]
    public async Task A_file_that_goes_away_is_refused_and_one_that_comes_back_is_accepted()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("heads.json", """{ "pets": { "activation": "softmax" } }""");
        await using var server = await ScoringServer.StartAsync($"--Scoring:HeadsFile={file}", Poll);
        server.ExpectedLog = "which cannot be read";
        using var reloads = new ReloadRecorder(server);
        File.Delete(file);
        await reloads.NextIsAsync("refused");
        Assert.NotNull(await HeadAsync(server, "pets"));
        folder.Write("heads.json", """{ "pets": { "activation": "sigmoid" } }""");
        await reloads.NextIsAsync("accepted");
        Assert.Equal((2UL, Activation.Sigmoid), await HeadAsync(server, "pets") is { } head ? (head.Revision, head.Activation) : default);
    }

    [Theory]
    [InlineData("heads.json")]
    [InlineData("pets.txt")]
    public async Task A_folder_in_the_place_of_a_file_is_called_one(string file)
    {
        using var folder = new TemporaryFolder();
        var labels = folder.Write("pets.txt", "cat\ndog\n");
        var heads = folder.Write("heads.json", $$"""{ "pets": { "activation": "softmax", "labelsFile": "{{labels}}" } }""");
        await using var server = await ScoringServer.StartAsync($"--Scoring:HeadsFile={heads}", Poll);
        server.ExpectedLog = "which cannot be read: it is a folder";
        using var reloads = new ReloadRecorder(server);
        File.Delete(folder[file]);
        Directory.CreateDirectory(folder[file]);
        server.ReloadHeads();
        await reloads.NextIsAsync("refused");
        Assert.NotNull(await HeadAsync(server, "pets"));
    }

    [Theory]
    [InlineData("heads.json")]
    [InlineData("pets.txt")]
    public async Task A_pipe_in_the_place_of_a_file_is_refused_and_waited_for_by_nobody(string file)
    {
        using var folder = new TemporaryFolder();
        var labels = folder.Write("pets.txt", "cat\ndog\n");
        var heads = folder.Write("heads.json", $$"""{ "pets": { "activation": "softmax", "labelsFile": "{{labels}}" } }""");
        // Nobody looks while the one is put in the place of the other.
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, $"--Scoring:HeadsFile={heads}", Poll);
        server.ExpectedLog = "no file but a pipe or a device";
        using var reloads = new ReloadRecorder(server);
        NamedPipe.Replace(folder[file]);
        await reloads.NextIsAsync("refused", () => time.Advance(TimeSpan.FromMilliseconds(10)));
        server.ReloadHeads();
        Assert.NotNull(await HeadAsync(server, "pets"));
        folder.Write("pets.txt", "cat\ncow\n");
        folder.Write("heads.json", $$"""{ "pets": { "activation": "sigmoid", "labelsFile": "{{labels}}" } }""");
        await reloads.NextIsAsync("accepted", () => time.Advance(TimeSpan.FromMilliseconds(10)));
        Assert.Equal(["cat", "cow"], (await HeadAsync(server, "pets"))!.Labels);
    }

    [Fact]
    public async Task A_large_file_in_the_place_of_the_heads_is_refused_and_not_read()
    {
        using var folder = new TemporaryFolder();
        var heads = folder.Write("heads.json", """{ "pets": { "activation": "softmax" } }""");
        await using var server = await ScoringServer.StartAsync($"--Scoring:HeadsFile={heads}", Poll);
        server.ExpectedLog = "it has 67108865 bytes, and 67108864 are allowed";
        using var reloads = new ReloadRecorder(server);
        using (var large = File.Create(folder["large"]))
        {
            large.SetLength((64 << 20) + 1);
        }

        File.Move(folder["large"], heads, overwrite: true);
        await reloads.NextIsAsync("refused");
        Assert.NotNull(await HeadAsync(server, "pets"));
    }

    [Fact]
    public async Task The_same_heads_written_in_another_way_are_no_change()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("heads.json", """{ "pets": { "activation": "softmax", "temperature": 2 } }""");
        await using var server = await ScoringServer.StartAsync($"--Scoring:HeadsFile={file}", Poll);
        using var reloads = new ReloadRecorder(server);
        folder.Write("heads.json", """{ "pets": { "temperature": 2.000, "activation": "Softmax", "bias": [] } }""");
        server.ReloadHeads();
        server.ReloadHeads();
        Assert.False(reloads.HasMore);
        Assert.Equal(1UL, (await HeadAsync(server, "pets"))!.Revision);
    }

    [Fact]
    public async Task A_changed_file_of_labels_is_put_in_force()
    {
        using var folder = new TemporaryFolder();
        var labels = folder.Write("pets.txt", "cat\ndog\n");
        await using var server = await ScoringServer.StartAsync(
            "--Scoring:Heads:pets:activation=softmax", $"--Scoring:Heads:pets:labelsFile={labels}", Poll);
        server.ExpectedLog = "pets:labelsFile, line 2, has 0 characters";
        using var reloads = new ReloadRecorder(server);
        folder.Write("pets.txt", "cat\n\ncow\n");
        await reloads.NextIsAsync("refused");
        folder.Write("pets.txt", "cat\r\ndog\r\ngrüße 大\r\n");
        await reloads.NextIsAsync("accepted");
        var head = await HeadAsync(server, "pets");
        Assert.Equal((2UL, 3u), (head!.Revision, head.Classes));
        Assert.Equal(["cat", "dog", "grüße 大"], head.Labels);
    }

    [Fact]
    public async Task A_mounted_ConfigMap_that_changes_is_put_in_force()
    {
        using var mount = new MountedConfigMap(
            ("heads.json", """{ "pets": { "activation": "softmax", "labelsFile": "LABELS" } }"""), ("pets.txt", "cat\ndog\n"));
        var heads = $$"""{ "pets": { "activation": "softmax", "labelsFile": "{{mount["pets.txt"]}}" } }""";
        mount.Publish(("heads.json", heads), ("pets.txt", "cat\ndog\n"));
        await using var server = await ScoringServer.StartAsync($"--Scoring:HeadsFile={mount["heads.json"]}", Poll);
        using var reloads = new ReloadRecorder(server);
        mount.Publish(("heads.json", heads.Replace("softmax", "sigmoid", StringComparison.Ordinal)), ("pets.txt", "cat\ndog\n"));
        await reloads.NextIsAsync("accepted");
        Assert.Equal((2UL, Activation.Sigmoid), await HeadAsync(server, "pets") is { } head ? (head.Revision, head.Activation) : default);

        mount.Publish(("heads.json", heads.Replace("softmax", "sigmoid", StringComparison.Ordinal)), ("pets.txt", "cat\nemu\n"));
        await reloads.NextIsAsync("accepted");
        Assert.Equal(["cat", "emu"], (await HeadAsync(server, "pets"))!.Labels);
    }

    [Fact]
    public async Task A_changed_appsettings_json_is_put_in_force_and_a_broken_one_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", """{ "Scoring": { "Heads": { "pets": { "activation": "softmax" } } } }""");
        await using var server = await ScoringServer.StartAsync($"--contentRoot={folder.Path}");
        server.ExpectedLog = "appsettings.json cannot be read";
        using var reloads = new ReloadRecorder(server);
        folder.Write("appsettings.json", """{ "Scoring": { "Heads": { "pets": { "activation": "linear" } } } }""");
        await reloads.NextIsAsync("accepted");
        Assert.Equal(2UL, (await HeadAsync(server, "pets"))!.Revision);

        folder.Write("appsettings.json", """{ "Scoring": { "Heads": """);
        await reloads.NextIsAsync("refused");
        Assert.Equal(2UL, (await HeadAsync(server, "pets"))!.Revision);

        folder.Write("appsettings.json", """{ "Scoring": { "Heads": { "pets": { "activation": "sigmoid" } } } }""");
        await reloads.NextIsAsync("accepted");
        Assert.Equal(3UL, (await HeadAsync(server, "pets"))!.Revision);
    }

    [Fact]
    public async Task An_argument_comes_over_the_file_of_heads()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("heads.json", """{ "pets": { "activation": "softmax", "temperature": 2 } }""");
        await using var server = await ScoringServer.StartAsync($"--Scoring:HeadsFile={file}", "--Scoring:Heads:pets:temperature=3");
        Assert.Equal(3f, (await HeadAsync(server, "pets"))!.Temperature);
    }

    private static async Task<Head?> HeadAsync(ScoringServer server, string name) =>
        (await server.Connect().ListHeadsAsync(TestEnd)).Heads.SingleOrDefault(head => head.Name == name);
}
