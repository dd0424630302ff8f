using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Shares the rows of a job among threads; of fewer rows than threads each is shared, where the kernel can. Rows do not depend on each other, and the
/// sum of one is made of the same stretches for any number of threads, so the bits do not depend on the sharing.
/// </summary>
internal static class RowSplit
{
    /// <summary>Less than this is not worth another thread: about 20 µs.</summary>
    private const int LeastLogitsPerPart = 1 << 17;

    /// <summary>Rows from here on are worth sharing by themselves.</summary>
    private const int LeastWide = 4 * ExpSum.Stretch;

    public static InvalidLogit? Run<TKernel, TLanes, TScores>(in RowJob job, TScores scores, int threads)
        where TKernel : IRowKernel
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        if (threads > job.Rows && job.Classes >= LeastWide && TKernel.SharesRows)
        {
            return ShareRows<TKernel, TLanes, TScores>(job, scores, threads);
        }

        int parts = threads == 1 ? 1 : (int)Math.Min(job.Rows, (long)job.Rows * job.Classes / LeastLogitsPerPart);
        return parts <= 1 ? TKernel.Run<TLanes, TScores>(job, scores, 0, job.Rows) : RunParts<TKernel, TLanes, TScores>(job, scores, threads, parts);
    }

    private static InvalidLogit? RunParts<TKernel, TLanes, TScores>(RowJob job, TScores scores, int threads, int parts)
        where TKernel : IRowKernel
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        var invalid = new InvalidLogit?[parts];
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
        {
            int first = (int)((long)job.Rows * part / parts), end = (int)((long)job.Rows * (part + 1) / parts);
            invalid[part] = TKernel.Run<TLanes, TScores>(job, scores, first, end);
        });

        return Array.Find(invalid, found => found is not null);
    }

    private static InvalidLogit? ShareRows<TKernel, TLanes, TScores>(RowJob job, TScores scores, int threads)
        where TKernel : IRowKernel
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        InvalidLogit? invalid = null;
        for (int row = 0; row < job.Rows; row++)
        {
            if (!TKernel.TryShare<TLanes, TScores>(job, scores, row, threads))
            {
                InvalidLogit? found = TKernel.Run<TLanes, TScores>(job, scores, row, row + 1);
                invalid ??= found;
            }
        }

        return invalid;
    }
}
