namespace Scoring.Kernels;

/// <summary>The first logit from which no score can be made: a NaN, a +∞, or the start of a row of nothing but −∞.</summary>
/// <param name="Row">The row it stands in, from 0.</param>
/// <param name="Column">The class it stands at, from 0; 0 for a row of nothing but −∞.</param>
/// <param name="Value">The logit itself.</param>
public readonly record struct InvalidLogit(int Row, int Column, float Value);
