using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>One float a row: ln Σ e^score.</summary>
internal readonly unsafe struct LogSumExpKernel : IRowKernel
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
                job.Output[row] = (float)(job.Scale.Score(normalizer.Origin) + normalizer.LogSumLessOrigin);
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
