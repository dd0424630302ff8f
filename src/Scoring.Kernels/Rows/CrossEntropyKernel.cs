using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>One float a row: log-sum-exp less the target's score, in float64 until the end.</summary>
internal readonly unsafe struct CrossEntropyKernel : IRowKernel
{
    public static InvalidLogit? Run<T, TScores>(in RowJob job, TScores scores, int first, int end)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row);
            if (ExpSum.TryNormalize<T, TScores>(job, scores, logits, null, out Normalizer normalizer, out int column))
            {
                double score = job.Scale.Score(logits, job.Indices[row]);
                job.Output[row] = (float)Math.Max(0, normalizer.Offset - score + normalizer.LogSumLessOffset);
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
