using Scoring.Heads;

namespace Scoring.Service.Evaluation;

/// <summary>What holds for all rows of a stream: its first message says it, and the head stays as it was then.</summary>
internal sealed record EvaluationPlan(HeadDefinition Head, int Classes, float Temperature)
{
    /// <summary>Whether a row has a target for each class, and not one class as its target.</summary>
    public bool IsPerLabel => Head.Activation == Activation.Sigmoid;

    /// <summary>Targets of a row.</summary>
    public int TargetsPerRow => IsPerLabel ? Classes : 1;
}
