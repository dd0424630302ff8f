namespace Scoring.Heads.Metrics;

/// <summary>
/// The area under a receiver operating characteristic, as the share of pairs of a positive and a negative that are in the right order; a tie counts
/// half (the statistic of Mann and Whitney). Groups of equal scores come in ascending order.
/// </summary>
internal struct RankSum
{
    private double _rightPairs;
    private double _tiedPairs;
    private long _positives;
    private long _negatives;

    public void Add(long positives, long negatives)
    {
        _tiedPairs += (double)positives * negatives;
        _rightPairs += (double)positives * _negatives;
        _positives += positives;
        _negatives += negatives;
    }

    /// <summary>0 to 1; NaN where positives or negatives are missing.</summary>
    public readonly double Area => (_rightPairs + (_tiedPairs / 2)) / ((double)_positives * _negatives);

    /// <summary>The most that the area would change if the ties were none; 0 where it has no area.</summary>
    public readonly double TieError => _tiedPairs == 0 ? 0 : _tiedPairs / 2 / ((double)_positives * _negatives);
}
