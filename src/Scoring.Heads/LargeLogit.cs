namespace Scoring.Heads;

/// <summary>
/// The first finite logit of FP64 that FP32 cannot hold; the greatest of its row was taken from it before, where only differences count.
/// </summary>
/// <param name="Row">The row it stands in, from 0.</param>
/// <param name="Column">The class it stands at, from 0.</param>
/// <param name="Value">The logit itself.</param>
public readonly record struct LargeLogit(int Row, int Column, double Value);
