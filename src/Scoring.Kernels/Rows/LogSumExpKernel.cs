using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>One float a row: ln Σ e^score.</summary>
internal readonly unsafe struct LogSumExpKernel : IRowKernel
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
                job.Output[row] = (float)normalizer.LogSumExp;
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
