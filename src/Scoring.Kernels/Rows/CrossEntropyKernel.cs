using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>One float a row: log-sum-exp less the target's score, in float64 until the end.</summary>
internal readonly unsafe struct CrossEntropyKernel : IRowKernel
{
    public static InvalidLogit? Run<TLanes, TScores>(in RowJob job, TScores scores, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row);
            if (ExpSum.TryNormalize<TLanes, TScores>(job, scores, logits, null, out Normalizer normalizer, out int column))
            {
                double score = job.Scale.Score(logits, job.Class(job.Indices + row), normalizer.Origin);
                job.Output[row] = (float)Math.Max(0, normalizer.LogSumLessOrigin - score);
            }
            else
            {
                invalid ??= new InvalidLogit(row, column, logits[column]);
                job.Output[row] = float.NaN;
            }
        }

        return invalid;
    }
}
