using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>A sum over the row, then a subtraction from each score.</summary>
internal readonly unsafe struct LogSoftmaxKernel : IRowKernel
{
    public static InvalidLogit? Run<T, TScores>(in RowJob job, TScores scores, int first, int end)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row);
            if (!ExpSum.TryNormalize<T, TScores>(job, scores, logits, null, out Normalizer normalizer, out int column))
            {
                invalid ??= new InvalidLogit(row, column, logits[column]);
                new Span<float>(job.OutputRow(row), job.Classes).Fill(float.NaN);
            }
            else if (normalizer.IsExtreme)
            {
                RowMap.Run<T, ExtremeScores<T>, LogProbability<T>>(new(job.Scale, normalizer.Offset), logits, job.OutputRow(row), 0, job.Classes, normalizer, job.Collides);
            }
            else
            {
                RowMap.Run<T, TScores, LogProbability<T>>(scores, logits, job.OutputRow(row), 0, job.Classes, normalizer, job.Collides);
            }
        }

        return invalid;
    }
}
