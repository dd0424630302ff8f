using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Telemetry;

namespace Scoring.FunctionalTests.Client;

[Collection(typeof(TelemetryTestGroup))]
public sealed class ClientAllocationTests(ITestOutputHelper output)
{
    private const int Rounds = 10;
    private const int Messages = 20;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    /// <summary>Client and server together, for both are in this process. A second copy of a large message would be a megabyte.</summary>
    [Theory]
    [InlineData(10, 3_000)]
    [InlineData(262_144, 65_536)]
    public async Task A_message_of_a_stream_allocates_little_whatever_its_size(int classes, int limit)
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        var request = new ScoreRequest { Classes = classes, Logits = Reference.Logits(classes, seed: 1) };
        Assert.InRange(await LeastAsync(() => ScoreAsync(client, request)), 0, limit);
    }

    [Fact]
    public async Task A_large_message_of_a_call_is_not_copied_to_be_sent_again()
    {
        await using var server = await ScoringServer.StartAsync();
        var client = server.Connect();
        var logits = Reference.Logits(262_144, seed: 1);
        Assert.InRange(await LeastAsync(() => CallAsync(client, logits)), 0, 65_536);
    }

    /// <summary>
    /// Bytes for each message of the best round: what a message costs is in every round, and a pool that the collector emptied is not.
    /// </summary>
    private async Task<long> LeastAsync(Func<Task> round)
    {
        await round();
        var least = long.MaxValue;
        for (var i = 0; i < Rounds; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await round();
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / Messages);
        }

        output.WriteLine($"{least} bytes each");
        return least;
    }

    private static async Task CallAsync(ScoringClient client, float[] logits)
    {
        for (var i = 0; i < Messages; i++)
        {
            (await client.ScoreAsync(logits, 1, logits.Length, cancellationToken: TestEnd)).Dispose();
        }
    }

    private static async Task ScoreAsync(ScoringClient client, ScoreRequest request)
    {
        await foreach (var result in client.ScoreStreamAsync(Source.Of([.. Enumerable.Repeat(request, Messages)]), TestEnd))
        {
            result.EnsureScored();
            result.Dispose();
        }
    }
}
