namespace Scoring.Benchmarks;

/// <summary>What is told of measurements that were taken in rounds.</summary>
internal static class Median
{
    /// <summary>The middle one, which a disturbed round does not move; of an even count, the larger of the two.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
