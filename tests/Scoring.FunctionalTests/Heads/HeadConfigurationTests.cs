using System.Text;
using Microsoft.Extensions.Options;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service;
using Scoring.V1;

namespace Scoring.FunctionalTests.Heads;

public sealed class HeadConfigurationTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(BadHeads.Files), MemberType = typeof(BadHeads), DisableDiscoveryEnumeration = true)]
    public async Task Each_bad_configuration_has_its_own_message(string heads, string message)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal([message.Replace("{folder}", folder.Path, StringComparison.Ordinal)], await RefusedForAsync(folder, heads));
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once()
    {
        using var folder = new TemporaryFolder();
        var problems = await RefusedForAsync(
            folder,
            """
            {
              "softmax": { "activation": "softmax" },
              "pets": { "activation": "relu", "temperature": -1, "threshold": 2, "bias": [1, "x"], "labels": ["cat", "cat"], "colour": "red" },
              "toys": { "classes": 3, "groups": [1, 1] }
            }
            """);
        Assert.Equal(
            [
                "Scoring:Heads:pets:colour is not a key of a head; the keys are activation, bias, classes, groups, labels, labelsFile, temperature, "
                + "threshold",
                "Scoring:Heads:pets:activation is 'relu'; it must be softmax, log_softmax, sigmoid or linear",
                "Scoring:Heads:pets:labels:1 is 'cat', as is the label of class 0; labels must differ",
                "Scoring:Heads:pets:bias:1 is 'x'; it must be a finite number",
                "Scoring:Heads:pets:temperature is '-1'; it must be a finite number above 0",
                "Scoring:Heads:pets:threshold is '2'; it must be a number from 0 to 1",
                "Scoring:Heads:softmax is built in, which configuration cannot change; choose another name",
                "Scoring:Heads:toys:activation is missing; it must be softmax, log_softmax, sigmoid or linear",
                "Scoring:Heads:toys:groups is for 2 classes, and classes for 3; they must agree",
            ],
            problems);
    }

    [Fact]
    public async Task What_is_wrong_with_settings_and_with_heads_is_told_together()
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(
            () => ScoringServer.StartAsync("--Scoring:Batch:Rows=0", "--Scoring:Files:PollMs=1", "--Scoring:Heads:pets:activation=relu"));
        var lines = ScoringHost.FailedSettings(refused);
        Assert.Equal(3, lines.Count);
        foreach (var name in new[] { "Rows", "PollMs", "Scoring:Heads:pets:activation" })
        {
            Assert.Single(lines, line => line.Contains(name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task More_problems_than_anybody_reads_are_counted()
    {
        using var folder = new TemporaryFolder();
        var problems = await RefusedForAsync(folder, $$"""{ "pets": { {{string.Join(',', Enumerable.Range(0, 250).Select(i => $"\"x{i}\": 1"))}} } }""");
        Assert.Equal(101, problems.Length);
        Assert.Equal("and 151 more like these", problems[^1]);
    }

    [Fact]
    public async Task Heads_come_from_any_source_and_keep_all_that_is_said_of_them()
    {
        using var folder = new TemporaryFolder();
        folder.Write("labels.txt", "cat\r\ngrüße 大\r\n");
        folder.Write("appsettings.json", """
            {
              "Scoring": {
                "Heads": {
                  "pets": { "activation": "Log_Softmax", "labelsFile": "labels.txt", "bias": [0.5, -1], "temperature": 1.5, "threshold": 0.25 },
                  "actions": { "activation": "softmax", "groups": [3, 5, 2] },
                  "any": { "activation": "sigmoid", "classes": 0, "labels": [], "temperature": null }
                }
              }
            }
            """);
        await using var server = await ScoringServer.StartAsync($"--contentRoot={folder.Path}", "--Scoring:Heads:cli.v2-a:activation=linear");
        var heads = (await server.Connect().ListHeadsAsync(TestEnd)).Heads.Where(head => head.Revision > 0).ToDictionary(head => head.Name);
        Assert.Equal(["actions", "any", "cli.v2-a", "pets"], heads.Keys.Order(StringComparer.Ordinal));
        var pets = new Head
        {
            Name = "pets",
            Activation = Activation.LogSoftmax,
            Classes = 2,
            Temperature = 1.5f,
            Threshold = 0.25f,
            Revision = 1,
            HasLabels = true,
            HasBias = true
        };
        pets.Labels.AddRange(["cat", "grüße 大"]);
        pets.Bias.AddRange([0.5f, -1]);
        Assert.Equal(pets, heads["pets"]);
        Assert.Equal((10u, 0f), (heads["actions"].Classes, heads["actions"].Threshold));
        Assert.Equal([3u, 5u, 2u], heads["actions"].Groups);
        Assert.Equal((0u, 1f, 0.5f), (heads["any"].Classes, heads["any"].Temperature, heads["any"].Threshold));
    }

    private static async Task<string[]> RefusedForAsync(TemporaryFolder folder, string heads)
    {
        folder.Write("heads.json", heads);
        folder.Write("gap.txt", "cat\n\ndog\n");
        folder.Write("twice.txt", "cat\ndog\ncat\n");
        await File.WriteAllBytesAsync(folder["latin1.txt"], Encoding.Latin1.GetBytes("größe\n"), TestEnd);
        await using (var large = File.Create(folder["large.txt"]))
        {
            large.SetLength((64 << 20) + 1);
        }

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => ScoringServer.StartAsync(
            $"--contentRoot={folder.Path}", "--Scoring:HeadsFile=heads.json", "--Scoring:Limits:Heads=4", "--Scoring:Limits:Classes=5",
            "--Scoring:Limits:LabelLength=10"));
        return [.. refused.Failures];
    }
}
