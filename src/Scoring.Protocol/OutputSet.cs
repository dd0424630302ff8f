using Scoring.V1;

namespace Scoring.Protocol;

/// <summary>The outputs that a request asks for, as bits: bit n stands for <see cref="Output"/> n.</summary>
[Flags]
public enum OutputSet
{
    /// <summary>Nothing named, which means <see cref="Scores"/>.</summary>
    None = 0,

    /// <summary>rows × classes scores.</summary>
    Scores = 1 << Output.Scores,

    /// <summary>The best k classes of each row, and their scores.</summary>
    TopK = 1 << Output.TopK,

    /// <summary>rows × classes of 0 or 1.</summary>
    Decisions = 1 << Output.Decisions,

    /// <summary>log Σ exp(x) of each row, nats.</summary>
    LogSumExp = 1 << Output.LogSumExp,

    /// <summary>−Σ p log p of each row, nats.</summary>
    Entropy = 1 << Output.Entropy,

    /// <summary>The loss of each row against its target, nats.</summary>
    Loss = 1 << Output.Loss,

    /// <summary>The labels of the best k classes, from a head that has labels.</summary>
    Labels = 1 << Output.Labels,

    /// <summary>Every output there is.</summary>
    All = Scores | TopK | Decisions | LogSumExp | Entropy | Loss | Labels,
}
