using Scoring.Cli.Bench;
using Scoring.Client;
using Scoring.Protocol;

namespace Scoring.Cli.Tests.Bench;

public sealed class AnswerCheckTests
{
    private static readonly float[] Logits = [1, 2, 3, 4, -1, 0];

    [Theory]
    [InlineData(OutputSet.Scores, "row 1: score 0 is ")]
    [InlineData(OutputSet.TopK, "row 1: score 0 of the top 1 is ")]
    [InlineData(OutputSet.LogSumExp, "row 1: log-sum-exp is ")]
    [InlineData(OutputSet.Entropy, "row 1: entropy is ")]
    [InlineData(OutputSet.Loss, "row 1: loss is ")]
    public async Task An_answer_to_other_logits_is_wrong(OutputSet outputs, string fault)
    {
        using var result = await ScoreAsync(outputs);
        var plan = new LoadPlan { Rows = 2, Classes = 3, Outputs = outputs };
        Assert.Null(new AnswerCheck(plan, Logits, [0, 2]).FindFault(result));
        Assert.StartsWith(fault, new AnswerCheck(plan, [.. Logits[..3], 4.001f, .. Logits[4..]], [0, 2]).FindFault(result), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OutputSet.TopK, "row 0: index 0 of the top 1 is 2; in float64 it is 0")]
    [InlineData(OutputSet.Decisions, "row 0: decision 0 is 0; in float64 it is 1")]
    public async Task A_wrong_class_is_wrong(OutputSet outputs, string fault)
    {
        using var result = await ScoreAsync(outputs);
        var plan = new LoadPlan { Rows = 2, Classes = 3, Outputs = outputs };
        Assert.Null(new AnswerCheck(plan, Logits, [0, 2]).FindFault(result));
        Assert.Equal(fault, new AnswerCheck(plan, [3, 2, 1, .. Logits[3..]], [0, 2]).FindFault(result));
    }

    [Fact]
    public async Task An_answer_without_what_was_asked_for_is_wrong()
    {
        using var result = await ScoreAsync(OutputSet.Scores);
        var plan = new LoadPlan { Rows = 2, Classes = 3, Outputs = OutputSet.Scores | OutputSet.Entropy };
        Assert.NotNull(new AnswerCheck(plan, Logits, []).FindFault(result));
        Assert.NotNull(new AnswerCheck(plan with { Rows = 3, Classes = 2, Outputs = OutputSet.Scores }, Logits, []).FindFault(result));
    }

    private static async Task<ScoreResult> ScoreAsync(OutputSet outputs)
    {
        await using var service = await EmbeddedService.StartAsync([], TestContext.Current.CancellationToken);
        await using var client = ScoringClient.Connect(service.Address);
        var request = new ScoreRequest
        {
            Classes = 3,
            Logits = Logits,
            Outputs = outputs,
            Targets = outputs == OutputSet.Loss ? new uint[] { 0, 2 } : default,
        };
        return await client.ScoreAsync(request, TestContext.Current.CancellationToken);
    }
}
