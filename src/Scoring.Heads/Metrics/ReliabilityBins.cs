namespace Scoring.Heads.Metrics;

/// <summary>Equal-width bins (lower, upper] of a probability: how sure the head was, beside how often it was right. 0 counts in the first.</summary>
internal sealed class ReliabilityBins
{
    public const int Count = 15;

    /// <summary>FP32, as the probabilities are: 1 of 3 equal classes then is on an edge, and not beside it.</summary>
    private static readonly float[] UpperEdges = [.. Enumerable.Range(1, Count).Select(bin => (float)(bin / (double)Count))];

    private readonly long[] _counts = new long[Count];
    private readonly long[] _hits = new long[Count];
    private readonly double[] _confidence = new double[Count];

    /// <param name="probability">0 to 1.</param>
    /// <param name="hit">Whether what had this probability was so.</param>
    public void Add(float probability, bool hit)
    {
        var bin = Math.Min((int)((double)probability * Count), Count - 1);
        if (bin > 0 && probability <= UpperEdges[bin - 1])
        {
            bin--;
        }

        _counts[bin]++;
        _hits[bin] += hit ? 1 : 0;
        _confidence[bin] += probability;
    }

    /// <summary>Expected calibration error: the mean of |hits − confidence| over the bins, weighted by their counts.</summary>
    public double Error()
    {
        double gap = 0;
        for (var bin = 0; bin < Count; bin++)
        {
            gap += Math.Abs(_hits[bin] - _confidence[bin]);
        }

        return gap / _counts.Sum();
    }

    public CalibrationBin[] ToArray()
    {
        var bins = new CalibrationBin[Count];
        for (var bin = 0; bin < Count; bin++)
        {
            var count = Math.Max(_counts[bin], 1);
            bins[bin] = new CalibrationBin(
                bin / (double)Count, (bin + 1) / (double)Count, _counts[bin], _confidence[bin] / count, _hits[bin] / (double)count);
        }

        return bins;
    }
}
