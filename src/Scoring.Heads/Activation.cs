namespace Scoring.Heads;

/// <summary>What a head makes of a row of scores x, where x = logit / temperature + bias.</summary>
public enum Activation
{
    /// <summary>exp(xᵢ) / Σ exp(xⱼ): probabilities of classes that exclude each other.</summary>
    Softmax = 0,

    /// <summary>xᵢ − log Σ exp(xⱼ), never above 0: the logarithms of those, in nats.</summary>
    LogSoftmax = 1,

    /// <summary>1 / (1 + exp(−xᵢ)): the probability of each class on its own.</summary>
    Sigmoid = 2,

    /// <summary>The scores as they are.</summary>
    Linear = 3,
}
