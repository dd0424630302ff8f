using Inference;
using Microsoft.Extensions.DependencyInjection;
using Scoring.FunctionalTests.Abuse;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Memory;
using Scoring.Service.Streaming;
using Scoring.V1;

namespace Scoring.FunctionalTests.Connections;

/// <summary>Small questions whose answers are large, such as what heads there are.</summary>
public sealed class LargeAnswersTests
{
    private static readonly string[] Heads = [.. Enumerable.Range(0, 200).Select(head => $"--Scoring:Heads:h{head}:activation=softmax")];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(ScoringService.ScoringServiceClient.ListHeads))]
    [InlineData(nameof(GRPCInferenceService.GRPCInferenceServiceClient.ModelStatistics))]
    [InlineData(nameof(GRPCInferenceService.GRPCInferenceServiceClient.RepositoryIndex))]
    public async Task Others_are_served_while_they_wait_for_their_turn(string rpc)
    {
        await using var server = await ScoringServer.StartAsync(Heads);
        using var calls = new RawCalls(server);
        var release = new TaskCompletionSource();
        var occupied = OccupyAsync(server.Services.GetRequiredService<LargeAnswers>().Thread, release.Task);
        var asked = AskAsync(calls, rpc);
        await Aftermath.AssertServedAsync(server);
        Assert.False(asked.IsCompleted);
        release.SetResult();
        Assert.True(await asked >= Heads.Length);
        await occupied;
    }

    [Fact]
    public async Task One_that_needs_no_room_waits_for_none_that_does()
    {
        using var folder = new TemporaryFolder();
        var labels = folder.Write("labels.txt", string.Join('\n', Enumerable.Range(0, 20_000).Select(label => $"label {label:D100}")));
        await using var server = await ScoringServer.StartAsync(
            ["--Scoring:Heads:many:activation=softmax", $"--Scoring:Heads:many:labelsFile={labels}", .. Heads]);
        using var calls = new RawCalls(server);
        var answers = server.Services.GetRequiredService<ServerMemory>().Answers;
        Assert.True(answers.TryReserve(answers.Limit));
        var waits = calls.Generated.ListHeadsAsync(new ListHeadsRequest { WithClasses = true }, cancellationToken: TestEnd).ResponseAsync;
        await Eventually.IsAsync(() => answers.IsWaitedFor);
        Assert.True(await AskAsync(calls, nameof(calls.Generated.ListHeads)) > Heads.Length);
        Assert.False(waits.IsCompleted);
        answers.Release(answers.Limit);
        Assert.Equal(20_000, (await waits).Heads.Max(head => head.Labels.Count));
    }

    [Fact]
    public async Task Callers_take_turns()
    {
        await using var server = await ScoringServer.StartAsync();
        var answers = server.Services.GetRequiredService<LargeAnswers>().Thread;
        var release = new TaskCompletionSource();
        var occupied = OccupyAsync(answers, release.Task);
        var turns = new List<string>();
        var taken = new[] { "many", "many", "many", "few" }.Select(TakeAsync).ToArray();
        release.SetResult();
        await Task.WhenAll([occupied, .. taken]);
        Assert.Equal(["many", "few", "many", "many"], turns);

        async Task TakeAsync(string holder)
        {
            await answers.TurnOf(holder, TestEnd);
            turns.Add(holder);
        }
    }

    [Fact]
    public async Task Who_is_gone_waits_no_longer()
    {
        await using var server = await ScoringServer.StartAsync();
        var answers = server.Services.GetRequiredService<LargeAnswers>().Thread;
        var release = new TaskCompletionSource();
        var occupied = OccupyAsync(answers, release.Task);
        using var gone = new CancellationTokenSource();
        var waits = WaitAsync(gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => waits);
        release.SetResult();
        await occupied;

        async Task WaitAsync(CancellationToken cancellationToken) => await answers.TurnOf("gone", cancellationToken);
    }

    /// <summary>Has the one thread do nothing else until then.</summary>
    private static async Task OccupyAsync(TurnThreads answers, Task until)
    {
        await answers.TurnOf("first", TestEnd);
#pragma warning disable xUnit1031 // The thread is to wait.
        until.Wait(TestEnd);
#pragma warning restore xUnit1031
    }

    /// <summary>How many heads are in the answer.</summary>
    private static async Task<int> AskAsync(RawCalls calls, string rpc)
    {
        var inference = new GRPCInferenceService.GRPCInferenceServiceClient(calls.Channel);
        return rpc switch
        {
            nameof(inference.ModelStatistics) =>
                (await inference.ModelStatisticsAsync(new ModelStatisticsRequest(), cancellationToken: TestEnd)).ModelStats.Count,
            nameof(inference.RepositoryIndex) =>
                (await inference.RepositoryIndexAsync(new RepositoryIndexRequest(), cancellationToken: TestEnd)).Models.Count,
            _ => (await calls.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd)).Heads.Count,
        };
    }
}
