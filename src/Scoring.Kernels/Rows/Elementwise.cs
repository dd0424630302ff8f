using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>Functions of each score by itself. The results would not tell of a bad logit, so each block is looked through before, while it is in the cache.</summary>
internal static unsafe class Elementwise
{
    private const int Block = 8192;

    public static InvalidLogit? Run<T, TScores, TMap>(in RowJob job, TScores scores, int first, int end)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
        where TMap : struct, IRowMap<T, TMap>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            InvalidLogit? found = RunRow<T, TScores, TMap>(job, scores, row);
            invalid ??= found;
        }

        return invalid;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static InvalidLogit? RunRow<T, TScores, TMap>(in RowJob job, TScores scores, int row)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
        where TMap : struct, IRowMap<T, TMap>
    {
        InvalidLogit? invalid = null;
        float* logits = job.Row(row);
        var first = new InvalidLogit(row, 0, *logits);
        double greatest = double.NegativeInfinity;
        for (int start = 0; start < job.Classes; start += Block)
        {
            int count = Math.Min(Block, job.Classes - start);
            int column = RowScan.FindInvalid<T, TScores>(job, scores, logits, start, count, ref greatest);
            if (column >= 0)
            {
                invalid ??= new InvalidLogit(row, column, logits[column]);
            }

            if (job.Scale.IsExtreme)
            {
                RowMap.Run<T, ExtremeScores<T>, TMap>(new(job.Scale, 0), logits, job.OutputRow(row), start, start + count, default);
            }
            else
            {
                RowMap.Run<T, TScores, TMap>(scores, logits, job.OutputRow(row), start, start + count, default);
            }
        }

        return invalid ?? (double.IsNegativeInfinity(greatest) ? first : null);
    }
}
