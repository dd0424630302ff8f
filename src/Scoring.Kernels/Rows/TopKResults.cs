namespace Scoring.Kernels.Rows;

/// <summary>What is told of the best classes beside their indices.</summary>
internal enum TopKResults
{
    Logits,
    Probabilities,
    LogProbabilities,
}
