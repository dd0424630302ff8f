using Scoring.Heads;
using Scoring.Protocol;

namespace Scoring.Service.Streaming;

/// <summary>What a request that was found well-formed asks for.</summary>
/// <param name="Head">As it was when the message was checked, whatever happens to the configuration afterwards.</param>
/// <param name="Rows">Rows of the message.</param>
/// <param name="Classes">Logits in a row.</param>
/// <param name="Temperature">What logits are divided by.</param>
/// <param name="Outputs">What is asked for.</param>
/// <param name="TopK">k, for each row or each group of each row.</param>
/// <param name="Threads">Threads that may share the work.</param>
/// <param name="MaxLabelBytes">The most that labels may take in the answer.</param>
internal readonly record struct ScoringPlan(
    HeadDefinition Head, int Rows, int Classes, float Temperature, OutputSet Outputs, int TopK, int Threads, int MaxLabelBytes)
{
    /// <summary>The most that the answer takes on the wire.</summary>
    public long AnswerBytes { get; init; }

    /// <summary>Softmaxes in a row: what there is one of for each row is there this many times.</summary>
    public int Distributions => Math.Max(1, Head.Groups.Length);

    public bool HasGroups => Head.Groups.Length > 0;

    /// <summary>What would be asked for if a group were all of the row.</summary>
    public ScoringPlan Of(HeadGroup group) => this with { Head = group.Head, Classes = group.Width };

    public bool Wants(OutputSet output) => (Outputs & output) != 0;
}
