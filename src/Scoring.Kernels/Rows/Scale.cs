using System.Diagnostics;

namespace Scoring.Kernels.Rows;

/// <summary>How logits become scores: score = logit / temperature + bias of the class.</summary>
internal readonly unsafe struct Scale
{
    private readonly double _inverse;

    public Scale(float temperature, float* bias)
    {
        _inverse = 1.0 / temperature;
        High = (float)_inverse;
        Low = (float)(_inverse - High);
        Bias = bias;
        Debug.Assert(temperature > 0 && float.IsFinite(temperature));
    }

    /// <summary>Scores are the logits.</summary>
    public static Scale Identity => new(1, null);

    /// <summary>1 / temperature in two floats.</summary>
    public float High { get; }

    /// <inheritdoc cref="High"/>
    public float Low { get; }

    /// <summary>One per class, or null for none.</summary>
    public float* Bias { get; }

    public bool IsIdentity => _inverse == 1 && Bias == null;

    /// <summary>Whether 1 / temperature leaves the range in which two floats hold it: then every row is reckoned in float64.</summary>
    public bool IsExtreme => _inverse is < 1e-15 or > 1e15;

    /// <summary>One score in float64.</summary>
    public double Score(float* row, nint column) => (row[column] * _inverse) + (Bias == null ? 0 : Bias[column]);

    /// <summary>
    /// The column of the first logit from which no score can be made, or −1 and the greatest score. A row without one score above −∞ is named by its column 0.
    /// </summary>
    public int FindInvalid(float* row, int classes, out double greatest)
    {
        greatest = double.NegativeInfinity;
        int column = FindInvalid(row, 0, classes, ref greatest);
        return column < 0 && double.IsNegativeInfinity(greatest) ? 0 : column;
    }

    /// <summary>
    /// The first of some columns from whose logit no score can be made, or −1; <paramref name="greatest"/> then becomes the greatest score so far.
    /// </summary>
    public int FindInvalid(float* row, int start, int end, ref double greatest)
    {
        for (int column = start; column < end; column++)
        {
            double score = Score(row, column);
            if (!(score < double.PositiveInfinity))
            {
                greatest = score;
                return column;
            }

            greatest = Math.Max(greatest, score);
        }

        return -1;
    }
}
