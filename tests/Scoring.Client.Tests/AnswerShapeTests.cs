using Scoring.Protocol;

namespace Scoring.Client.Tests;

public sealed class AnswerShapeTests
{
    private static readonly ScoreRequest Everything = new() { Classes = 3, Logits = new float[6], Outputs = OutputSet.All, TopK = 2 };

    public static TheoryData<Action<V1.ScoreResponse>, string> Misfits => new()
    {
        { answer => answer.Rows = 3, "3 × 3 for 6 logits in rows of 3" },
        { answer => answer.Classes = 2, "2 × 2 for 6 logits in rows of 3" },
        { answer => (answer.Rows, answer.Classes) = (uint.MaxValue, uint.MaxValue), "for 6 logits in rows of 3" },
        { answer => answer.Scores.RemoveAt(0), "5 numbers for Scores" },
        { answer => answer.Decisions.Add(1), "7 numbers for Decisions" },
        { answer => answer.LogSumExp.RemoveAt(0), "1 numbers for LogSumExp" },
        { answer => answer.Entropy.Clear(), "0 numbers for Entropy" },
        { answer => answer.Losses.Add(1), "3 numbers for Loss" },
        { answer => answer.TopIndices.Add(0), "5 numbers for TopK" },
        { answer => answer.TopScores.Clear(), "0 numbers for TopK" },
        { answer => answer.TopLabels.Add("a"), "5 numbers for Labels" },
        { answer => answer.TopIndices[3] = 3, "names a row or a class that it does not have" },
        { answer => answer.InvalidRows.Add(2), "names a row or a class that it does not have" },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public void An_answer_that_does_not_fit_its_request_is_told(Action<V1.ScoreResponse> change, string fault) =>
        Assert.EndsWith(fault, FaultOf(Everything, change), StringComparison.Ordinal);

    [Fact]
    public void An_answer_that_has_what_was_asked_for_fits() => Assert.Null(FaultOf(Everything, _ => { }));

    [Fact]
    public void Rows_without_a_score_fit() => Assert.Null(FaultOf(Everything, answer =>
    {
        answer.InvalidRows.Add(1);
        (answer.TopIndices[2], answer.TopIndices[3]) = (uint.MaxValue, uint.MaxValue);
    }));

    [Fact]
    public void An_answer_of_a_head_with_groups_fits() => Assert.Null(FaultOf(Everything, answer =>
    {
        answer.TopIndices.Add([0, 1, 2, 0]);
        answer.TopScores.Add(new float[4]);
        answer.TopLabels.Add(["", "", "", ""]);
        answer.Entropy.Add([1, 1]);
    }));

    [Fact]
    public void Numbers_that_were_not_asked_for_fit_where_there_are_as_many_as_if_they_were()
    {
        var scores = new ScoreRequest { Classes = 3, Logits = new float[6] };
        Assert.Null(FaultOf(scores, _ => { }));
        Assert.Null(FaultOf(scores, answer => answer.TopLabels.Clear()));
        Assert.EndsWith("7 numbers for Decisions", FaultOf(scores, answer => answer.Decisions.Add(1)), StringComparison.Ordinal);
        Assert.EndsWith("1 numbers for Entropy", FaultOf(scores, answer => answer.Entropy.RemoveAt(0)), StringComparison.Ordinal);
        Assert.EndsWith("0 numbers for TopK", FaultOf(scores, answer => answer.TopScores.Clear()), StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_has_no_shape() => Assert.Null(FaultOf(Everything, answer =>
    {
        answer.Error = new V1.Error { Code = 3 };
        answer.Rows = 0;
    }));

    [Theory]
    [InlineData(V1.DataType.Fp32, 24)]
    [InlineData(V1.DataType.Fp16, 12)]
    [InlineData(V1.DataType.Bf16, 12)]
    [InlineData(V1.DataType.Fp64, 48)]
    public void Logits_of_another_type_are_counted_by_their_size(V1.DataType type, int bytes) => Assert.Null(FaultOf(
        new ScoreRequest { Data = new byte[bytes], DataType = type, Outputs = OutputSet.All, TopK = 2 }, _ => { }));

    /// <summary>Of two rows of three classes with two best each.</summary>
    private static string? FaultOf(ScoreRequest request, Action<V1.ScoreResponse> change)
    {
        var answer = new V1.ScoreResponse
        {
            Id = 1,
            Rows = 2,
            Classes = 3,
            Scores = { new float[6] },
            Decisions = { new uint[6] },
            LogSumExp = { 1, 1 },
            Entropy = { 1, 1 },
            Losses = { 1, 1 },
            TopIndices = { 0, 1, 2, 0 },
            TopScores = { new float[4] },
            TopLabels = { "", "", "", "" },
        };
        change(answer);
        using var response = new MessagePool(0).RentResponse();
        ScoreResponseCodec.Read(new(Google.Protobuf.MessageExtensions.ToByteArray(answer)), response);
        return AnswerShape.FaultOf(response, request);
    }
}
