using System.Diagnostics;
using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>How logits become scores: score = logit / temperature + bias of the class.</summary>
internal readonly unsafe struct Scale
{
    /// <summary>What such a bias leaves of a logit that it cancels is still good to 2^−34.</summary>
    private const float GreatestBias = 8192;

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

    /// <summary>Whether 1 / temperature leaves the range in which two floats hold it. Then every row is reckoned in float64.</summary>
    public bool IsExtreme => _inverse is < 1e-15 or > 1e15;

    /// <summary>Whether a bias can cancel so large a logit that two floats do not hold well enough what is left.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public bool HasGreatBias<TLanes>(int classes) where TLanes : struct, ILanes<TLanes>
    {
        TLanes greatest0 = TLanes.Create(0), greatest1 = greatest0, least0 = greatest0, least1 = greatest0;
        nint column = 0;
        for (; column <= classes - (2 * Lanes.Count); column += 2 * Lanes.Count)
        {
            TLanes first = TLanes.Load(Bias + column), second = TLanes.Load(Bias + column + Lanes.Count);
            (greatest0, greatest1) = (TLanes.Max(first, greatest0), TLanes.Max(second, greatest1));
            (least0, least1) = (TLanes.Min(first, least0), TLanes.Min(second, least1));
        }

        for (; column < classes; column += Lanes.Count)
        {
            TLanes last = TLanes.LoadFirst(Bias + column, (int)Math.Min(Lanes.Count, classes - column), TLanes.Create(0));
            (greatest0, least0) = (TLanes.Max(last, greatest0), TLanes.Min(last, least0));
        }

        TLanes zero = TLanes.Create(0), magnitude = TLanes.Max(TLanes.Max(greatest0, greatest1), zero - TLanes.Min(least0, least1));
        return TLanes.Max(magnitude) > GreatestBias;
    }

    /// <summary>One score in float64, to nearly its last place even where a bias cancels most of a logit.</summary>
    public double Score(float* row, nint column) => Score(row, column, default);

    /// <summary>One score less that of the origin, to nearly the last place of the difference.</summary>
    public double Score(float* row, nint column, Origin origin)
    {
        (double high, double low) = Rank(row, column);
        return ((high - origin.High) + (low - origin.Low)) * _inverse;
    }

    /// <summary>The score of the origin itself.</summary>
    public double Score(Origin origin) => origin.High * _inverse;

    /// <summary>The greatest score of a row that has one.</summary>
    public Origin OriginOf(float* row, int classes)
    {
        var greatest = new Origin(double.NegativeInfinity, 0);
        for (int column = 0; column < classes; column++)
        {
            (double high, double low) = Rank(row, column);
            if (high > greatest.High || (high == greatest.High && low > greatest.Low))
            {
                greatest = new(high, low);
            }
        }

        return greatest;
    }

    /// <summary>
    /// What a class is ranked by: its score times the temperature, exactly, in two doubles of which the second is what rounding the first left over.
    /// </summary>
    public (double High, double Low) Rank(float* row, nint column)
    {
        if (Bias == null)
        {
            return (row[column], 0);
        }

        // A product of two floats is exact, and the rest is Knuth's two-sum.
        double logit = row[column], bias = (double)_temperature * Bias[column];
        double sum = logit + bias;
        double added = sum - logit;
        return double.IsFinite(sum) ? (sum, (logit - (sum - added)) + (bias - added)) : (sum, 0);
    }

    /// <summary>
    /// The column of the first logit from which no score can be made, or −1. A row without one score above −∞ is named by its column 0.
    /// </summary>
    public int FindInvalid(float* row, int classes)
    {
        double greatest = double.NegativeInfinity;
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
