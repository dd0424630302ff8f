namespace Scoring.Heads;

/// <summary>One bin of a probability, (lower, upper]: how sure the head was, beside how often it was right. The first holds 0 too.</summary>
/// <param name="Lower">Lower edge, exclusive.</param>
/// <param name="Upper">Upper edge, inclusive.</param>
/// <param name="Count">Rows, or labels, in the bin.</param>
/// <param name="Confidence">Mean probability of the bin, 0 to 1; 0 where it is empty.</param>
/// <param name="Accuracy">Share of the bin's rows whose argmax is the target, or of its labels that are 1; 0 where it is empty.</param>
public readonly record struct CalibrationBin(double Lower, double Upper, long Count, double Confidence, double Accuracy);
