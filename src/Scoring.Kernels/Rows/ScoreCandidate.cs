using System.Runtime.CompilerServices;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Ranked by its score under a bias, times the temperature: logit + temperature · bias, which two doubles hold exactly, whatever the three floats
/// are. Its value, the score as a float, only says that it may be among the best.
/// </summary>
internal readonly unsafe struct ScoreCandidate : ICandidate<ScoreCandidate>, IComparable<ScoreCandidate>
{
    /// <summary>Values beyond are rounded more than once.</summary>
    private const float GreatestExact = 1e30f;

    private readonly double _high;
    private readonly double _low;
    private readonly float _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ScoreCandidate(in RowJob job, float* row, int column, float value)
    {
        (_high, _low) = job.Scale.Rank(row, column);
        (_value, Column) = (value, column);
    }

    public static bool RanksBeyondValues => true;

    public int Column { get; }

    public float BoundBefore => Bound(_value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScoreCandidate Of(in RowJob job, float* row, int column, float value) => new(job, row, column, value);

    /// <summary>
    /// Less by what two values may be off: four units of the last place, and what is left of a logit and a bias that nearly cancel.
    /// </summary>
    public static float Bound(float value) =>
        Math.Abs(value) < GreatestExact ? value - ((Math.Abs(value) * (1f / (1 << 21))) + 1e-6f) : float.NegativeInfinity;

    public static void Sort(Span<ScoreCandidate> candidates) => candidates.Sort();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsBefore(in ScoreCandidate other) =>
        _high != other._high ? _high > other._high
        : _low != other._low ? _low > other._low
        : Column < other.Column;

    public int CompareTo(ScoreCandidate other) => IsBefore(other) ? -1 : other.IsBefore(this) ? 1 : 0;
}
