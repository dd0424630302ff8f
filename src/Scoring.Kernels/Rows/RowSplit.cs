using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Shares the rows of a job among threads; a softmax of fewer rows than threads shares each row. Rows do not depend on each other, and the sum of one is
/// made of the same stretches for any number of threads, so the bits do not depend on the sharing.
/// </summary>
internal static class RowSplit
{
    /// <summary>Less than this is not worth another thread: about 20 µs.</summary>
    private const int LeastLogitsPerPart = 1 << 17;

    /// <summary>Rows from here on are worth sharing by themselves.</summary>
    private const int LeastWide = 4 * ExpSum.Stretch;

    public static InvalidLogit? Run<TKernel, T, TScores>(in RowJob job, TScores scores, int threads)
        where TKernel : IRowKernel
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        if (threads > job.Rows && job.Classes >= LeastWide && typeof(TKernel) == typeof(SoftmaxKernel))
        {
            return RunWide<TKernel, T, TScores>(job, scores, threads);
        }

        int parts = threads == 1 ? 1 : (int)Math.Min(job.Rows, (long)job.Rows * job.Classes / LeastLogitsPerPart);
        return parts <= 1 ? TKernel.Run<T, TScores>(job, scores, 0, job.Rows) : RunParts<TKernel, T, TScores>(job, scores, threads, parts);
    }

    private static InvalidLogit? RunParts<TKernel, T, TScores>(RowJob job, TScores scores, int threads, int parts)
        where TKernel : IRowKernel
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        var invalid = new InvalidLogit?[parts];
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
        {
            int first = (int)((long)job.Rows * part / parts), end = (int)((long)job.Rows * (part + 1) / parts);
            invalid[part] = TKernel.Run<T, TScores>(job, scores, first, end);
        });

        return Array.Find(invalid, found => found is not null);
    }

    private static InvalidLogit? RunWide<TKernel, T, TScores>(RowJob job, TScores scores, int threads)
        where TKernel : IRowKernel
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        InvalidLogit? invalid = null;
        for (int row = 0; row < job.Rows; row++)
        {
            if (!WideSoftmax.TryRun<T, TScores>(job, scores, row, threads))
            {
                InvalidLogit? found = TKernel.Run<T, TScores>(job, scores, row, row + 1);
                invalid ??= found;
            }
        }

        return invalid;
    }
}
