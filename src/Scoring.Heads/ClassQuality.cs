namespace Scoring.Heads;

/// <summary>How well a class, or a label, is told from the others.</summary>
/// <param name="Precision">True positives over predicted positives; 0 where there are none.</param>
/// <param name="Recall">True positives over actual positives; 0 where there are none.</param>
/// <param name="F1">2 · precision · recall / (precision + recall); 0 where both are 0.</param>
/// <param name="Support">Actual positives.</param>
public readonly record struct ClassQuality(double Precision, double Recall, double F1, long Support);
