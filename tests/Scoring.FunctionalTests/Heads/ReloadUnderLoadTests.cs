using System.Runtime.CompilerServices;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Heads;

public sealed class ReloadUnderLoadTests
{
    private const int Revisions = 6;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Heads_that_are_swapped_under_load_lose_no_message_and_each_answer_is_of_the_revision_it_claims()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("heads.json", HeadsOf(1));
        await using var server = await ScoringServer.StartAsync($"--Scoring:HeadsFile={file}", "--Scoring:Files:PollMs=10");
        using var reloads = new ReloadRecorder(server);
        var client = server.Connect(new ScoringClientOptions { MaxInFlightMessages = 64 });
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);

        var answers = 0UL;
        var perRevision = new int[Revisions + 1];
        var revision = 1UL;
        await foreach (var result in client.ScoreStreamAsync(RequestsUntil(enough.Token), TestEnd))
        {
            using (result)
            {
                Assert.Equal(++answers, result.Id);
                Assert.InRange(result.Receipt.HeadRevision, revision, revision + 1);
                revision = result.Receipt.HeadRevision;
                // The heads of revision n have the bias n.
                Assert.Equal([revision, revision, revision], result.Scores.ToArray());
                perRevision[revision]++;
            }

            if (perRevision[revision] == 100)
            {
                if (revision == Revisions)
                {
                    await enough.CancelAsync();
                }
                else
                {
                    folder.Write("heads.json", HeadsOf(revision + 1));
                }
            }
        }

        Assert.Equal((ulong)perRevision.Sum(), answers);
        Assert.All(perRevision.Skip(1), count => Assert.True(count >= 100));
        for (var i = 1; i < Revisions; i++)
        {
            await reloads.NextIsAsync("accepted");
        }
    }

    private static string HeadsOf(ulong revision) => $$"""{ "moving": { "activation": "linear", "bias": [{{revision}}, {{revision}}, {{revision}}] } }""";

    private static async IAsyncEnumerable<ScoreRequest> RequestsUntil([EnumeratorCancellation] CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            yield return new ScoreRequest { Head = "moving", Logits = new float[3] };
        }

        await Task.CompletedTask;
    }
}
