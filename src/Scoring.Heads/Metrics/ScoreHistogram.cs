using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Scoring.Heads.Metrics;

/// <summary>
/// Counts of scores in bins that keep their order, for each label. Half of the bins begin where equal shares of the label's first scores do, whatever
/// their scale. The rest is for scores that go elsewhere later: a sign has half of it, spread evenly over the 32 doublings from 2⁻¹⁶ to 2¹⁶.
/// </summary>
internal sealed class ScoreHistogram
{
    private const int MinBits = 8;
    private const int MaxBits = 16;
    private const int MantissaBits = 23;
    private const int LowestExponent = 127 - 16;
    private const int DoublingBits = 5;

    private readonly int _labels;
    private readonly int _bins;

    /// <summary>Where bins begin but the first, ascending, for each label. Some may be the same.</summary>
    private readonly float[] _edges;
    private readonly long[] _positives;
    private readonly long[] _negatives;

    private ScoreHistogram(int labels, int bits, ReadOnlySpan<float> first)
    {
        (_labels, _bins) = (labels, 1 << bits);
        _edges = new float[labels * (_bins - 1)];
        _positives = new long[labels << bits];
        _negatives = new long[labels << bits];
        var scores = new float[first.Length / labels];
        for (var label = 0; label < labels; label++)
        {
            for (var row = 0; row < scores.Length; row++)
            {
                scores[row] = first[(row * labels) + label];
            }

            Array.Sort(scores);
            SetEdges(EdgesOf(label), scores, bits);
        }
    }

    /// <summary>Bytes of the counts and of the edges.</summary>
    public long Bytes => ((_positives.LongLength + _negatives.LongLength) * sizeof(long)) + (_edges.LongLength * sizeof(float));

    /// <summary>False where the labels are so many that none would have bins enough.</summary>
    /// <param name="labels">Labels of a row.</param>
    /// <param name="bins">The most bins that all labels may have together.</param>
    /// <param name="first">Some scores to tell bins by, rows × labels; they are not counted yet.</param>
    /// <param name="histogram">An empty histogram.</param>
    public static bool TryCreate(int labels, int bins, ReadOnlySpan<float> first, [NotNullWhen(true)] out ScoreHistogram? histogram)
    {
        var bits = Math.Min(BitOperations.Log2((uint)(bins / labels)), MaxBits);
        histogram = bits < MinBits ? null : new ScoreHistogram(labels, bits, first);
        return histogram is not null;
    }

    public void Add(ReadOnlySpan<float> scores, ReadOnlySpan<byte> targets)
    {
        for (int i = 0, label = 0; i < scores.Length; i++, label = label + 1 == _labels ? 0 : label + 1)
        {
            var counts = targets[i] == 1 ? _positives : _negatives;
            counts[(label * _bins) + Bin(EdgesOf(label), scores[i])]++;
        }
    }

    /// <summary>Every bin is a group of ties.</summary>
    public RankSum Sum(int label)
    {
        var sum = default(RankSum);
        for (var bin = label * _bins; bin < (label + 1) * _bins; bin++)
        {
            sum.Add(_positives[bin], _negatives[bin]);
        }

        return sum;
    }

    private static void SetEdges(Span<float> edges, ReadOnlySpan<float> sorted, int bits)
    {
        var shares = 1 << (bits - 1);
        for (var i = 0; i < shares; i++)
        {
            edges[i] = sorted.IsEmpty ? 0 : sorted[(int)((long)i * sorted.Length / shares)];
        }

        var even = edges[shares..];
        var half = shares / 2;
        for (var i = 1; i < half; i++)
        {
            var edge = BitConverter.Int32BitsToSingle((LowestExponent << MantissaBits) + (i << (MantissaBits + DoublingBits - (bits - 2))));
            (even[half - 1 - i], even[half - 1 + i]) = (-edge, edge);
        }

        edges.Sort();
    }

    /// <summary>How many of the edges are no greater.</summary>
    private static int Bin(ReadOnlySpan<float> edges, float score)
    {
        var (low, high) = (0, edges.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = edges[middle] <= score ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private Span<float> EdgesOf(int label) => _edges.AsSpan(label * (_bins - 1), _bins - 1);
}
