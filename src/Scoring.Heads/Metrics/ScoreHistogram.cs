using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Scoring.Heads.Metrics;

/// <summary>
/// Counts of scores in bins that keep their order, for each label. A sign has half the bins, spread evenly over the 32 doublings from 2⁻¹⁶ to 2¹⁶: of
/// 65,536 bins, a doubling has 1,024, evenly spaced. Scores nearer to 0 or beyond share the bins at the ends.
/// </summary>
internal sealed class ScoreHistogram
{
    private const int MinBits = 8;
    private const int MaxBits = 16;
    private const int MantissaBits = 23;
    private const int LowestExponent = 127 - 16;
    private const int DoublingBits = 5;

    private readonly int _labels;
    private readonly int _bits;
    private readonly long[] _positives;
    private readonly long[] _negatives;

    /// <summary>Bytes of the counts.</summary>
    public long Bytes => (_positives.LongLength + _negatives.LongLength) * sizeof(long);

    private ScoreHistogram(int labels, int bits)
    {
        (_labels, _bits) = (labels, bits);
        _positives = new long[labels << bits];
        _negatives = new long[labels << bits];
    }

    /// <summary>False where the labels are so many that none would have bins enough.</summary>
    /// <param name="labels">Labels of a row.</param>
    /// <param name="bins">The most bins that all labels may have together.</param>
    /// <param name="histogram">An empty histogram.</param>
    public static bool TryCreate(int labels, int bins, [NotNullWhen(true)] out ScoreHistogram? histogram)
    {
        var bits = Math.Min(BitOperations.Log2((uint)(bins / labels)), MaxBits);
        histogram = bits < MinBits ? null : new ScoreHistogram(labels, bits);
        return histogram is not null;
    }

    public void Add(ReadOnlySpan<float> scores, ReadOnlySpan<byte> targets)
    {
        for (int i = 0, label = 0; i < scores.Length; i++, label = label + 1 == _labels ? 0 : label + 1)
        {
            var counts = targets[i] == 1 ? _positives : _negatives;
            counts[(label << _bits) + Bin(scores[i])]++;
        }
    }

    /// <summary>Every bin is a group of ties.</summary>
    public RankSum Sum(int label)
    {
        var sum = default(RankSum);
        for (var bin = label << _bits; bin < (label + 1) << _bits; bin++)
        {
            sum.Add(_positives[bin], _negatives[bin]);
        }

        return sum;
    }

    private int Bin(float score)
    {
        var half = 1 << (_bits - 1);
        var aboveLowest = (BitConverter.SingleToInt32Bits(score) & int.MaxValue) - (LowestExponent << MantissaBits);
        var distance = Math.Clamp(aboveLowest >> (MantissaBits + DoublingBits - (_bits - 1)), 0, half - 1);
        return score < 0 ? half - 1 - distance : half + distance;
    }
}
