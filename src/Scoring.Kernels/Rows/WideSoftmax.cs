using System.Buffers;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Softmax of one very wide row by several threads: each sums some of the stretches that the sum is made of anyway, then each writes some.
/// </summary>
internal static unsafe class WideSoftmax
{
    /// <summary>Runs a row, unless its logits are out of the usual range: false then, with nothing written.</summary>
    public static bool TryRun<TLanes, TScores>(RowJob job, TScores scores, int row, int threads)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        int stretches = (job.Classes + ExpSum.Stretch - 1) / ExpSum.Stretch;
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        double[] sums = ArrayPool<double>.Shared.Rent(stretches);
        Parallel.For(0, stretches, options, stretch =>
        {
            int start = stretch * ExpSum.Stretch;
            sums[stretch] = ExpSum.OfStretch<TLanes, TScores>(
                scores, job.Row(row), start, Math.Min(ExpSum.Stretch, job.Classes - start), Exponential<TLanes>.UsualShift, null);
        });

        // In the order in which one thread would have added them.
        double sum = 0;
        for (int stretch = 0; stretch < stretches; stretch++)
        {
            sum += sums[stretch];
        }

        ArrayPool<double>.Shared.Return(sums);
        if (!ExpSum.IsExact<TLanes>(sum))
        {
            return false;
        }

        var normalizer = new Normalizer(sum, Exponential<TLanes>.UsualShift, default, false);
        Parallel.For(0, stretches, options, stretch =>
        {
            SoftmaxKernel.Exponentiate<TLanes, TScores>(job, scores, row, stretch * ExpSum.Stretch, normalizer);
        });
        return true;
    }
}
