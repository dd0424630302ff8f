using Scoring.Heads;
using Scoring.Protocol;

namespace Scoring.Service.Streaming;

/// <summary>What a request that was found well-formed asks for.</summary>
/// <param name="HeadPlan">How its rows are scored, by the head as it was when the message was checked.</param>
/// <param name="Outputs">What is asked for.</param>
/// <param name="MaxLabelBytes">The most that labels may take in the answer.</param>
internal readonly record struct ScoringPlan(HeadPlan HeadPlan, OutputSet Outputs, int MaxLabelBytes)
{
    /// <summary>The most that the answer takes on the wire.</summary>
    public long AnswerBytes { get; init; }

    public HeadDefinition Head => HeadPlan.Head;

    public int Rows => HeadPlan.Rows;

    public int Classes => HeadPlan.Classes;

    public bool Wants(OutputSet output) => (Outputs & output) != 0;
}
