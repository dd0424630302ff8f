using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>A sum over the row, then a subtraction from each score.</summary>
internal readonly unsafe struct LogSoftmaxKernel : IRowKernel
{
    public static InvalidLogit? Run<TLanes, TScores>(in RowJob job, TScores scores, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row);
            if (!ExpSum.TryNormalize<TLanes, TScores>(job, scores, logits, null, out Normalizer normalizer, out int column))
            {
                invalid ??= new InvalidLogit(row, column, logits[column]);
                new Span<float>(job.OutputRow(row), job.Classes).Fill(float.NaN);
            }
            else if (normalizer.IsExtreme)
            {
                RowMap.Run<TLanes, ExtremeScores<TLanes>, LogProbability<TLanes>>(
                    new(job.Scale, normalizer.Origin), logits, job.OutputRow(row), 0, job.Classes, normalizer, job.Collides);
            }
            else
            {
                RowMap.Run<TLanes, TScores, LogProbability<TLanes>>(scores, logits, job.OutputRow(row), 0, job.Classes, normalizer, job.Collides);
            }
        }

        return invalid;
    }
}
