using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Scoring.Kernels.Rows;

/// <summary>How logits become scores: score = logit / temperature + bias of the class.</summary>
internal readonly unsafe struct Scale
{
    /// <summary>A bias above this may bring back into range what a small temperature has made of a logit, which is then infinite.</summary>
    private const float GreatestBias = 1e30f;

    // Not more than 24 bytes together, which every call copies several times.
    private readonly double _inverse;
    private readonly float _temperature;

    public Scale(float temperature, float* bias)
    {
        _temperature = temperature;
        _inverse = 1.0 / temperature;
        Bias = bias;
        Debug.Assert(temperature > 0 && float.IsFinite(temperature));
    }

    /// <summary>Scores are the logits.</summary>
    public static Scale Identity => new(1, null);

    /// <summary>1 / temperature in two floats.</summary>
    public float High => (float)_inverse;

    /// <inheritdoc cref="High"/>
    public float Low => (float)(_inverse - High);

    /// <summary>One per class, or null for none.</summary>
    public float* Bias { get; }

    public bool IsIdentity => _inverse == 1 && Bias == null;

    /// <summary>
    /// Whether floats do not hold what the scores are made of: 1 / temperature leaves the range in which two of them do, or scores may overflow on
    /// the way to a moderate sum. Then every row is reckoned in float64.
    /// </summary>
    public bool IsExtreme(int classes) => _inverse is < 1e-15 or > 1e15 || (_inverse > 1 && Bias != null && HasGreatBias(classes));

    /// <summary>One score in float64, to nearly its last place even where a bias cancels most of a logit.</summary>
    public double Score(float* row, nint column) =>
        Bias == null ? row[column] * _inverse : (row[column] + ((double)_temperature * Bias[column])) * _inverse;

    /// <summary>What a class is ranked by: its score times the temperature, exactly, in two doubles of which the second is what rounding the first left over.</summary>
    public (double High, double Low) Rank(float* row, nint column)
    {
        // A product of two floats is exact, and the rest is Knuth's two-sum.
        double logit = row[column], bias = (double)_temperature * Bias[column];
        double sum = logit + bias;
        double added = sum - logit;
        return double.IsFinite(sum) ? (sum, (logit - (sum - added)) + (bias - added)) : (sum, 0);
    }

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

    // The bits of positive floats are in their order, and those of negative ones are negative integers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool HasGreatBias(int classes) =>
        new ReadOnlySpan<int>(Bias, classes).ContainsAnyInRange(BitConverter.SingleToInt32Bits(GreatestBias) + 1, int.MaxValue);
}
