namespace Scoring.Benchmarks.Service;

/// <summary>What a plain service computes with: the softmax of each row, which may be written over the logits.</summary>
internal delegate void PlainSoftmax(float[] logits, int classes, float[] probabilities);
