using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Functions of each score by itself. Scores that are not finite are noticed on the way, and looked at after each block; in place they would be gone by then, so
/// they are looked for before.
/// </summary>
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
        bool inPlace = job.Output == job.Logits, hasScore = false;
        for (int start = 0; start < job.Classes; start += Block)
        {
            int count = Math.Min(Block, job.Classes - start);
            bool hasOverflow = false;
            InvalidLogit? found = inPlace ? FindInvalid<T, TScores>(job, scores, row, start, count, ref hasScore, out hasOverflow) : null;
            if (!hasOverflow && RowMap.Run<T, TScores, TMap>(scores, logits, job.OutputRow(row), start, start + count, default, job.Collides))
            {
                hasScore = true;
            }
            else if (!inPlace)
            {
                found = FindInvalid<T, TScores>(job, scores, row, start, count, ref hasScore, out hasOverflow);
            }

            if (hasOverflow)
            {
                RowMap.Run<T, ExtremeScores<T>, TMap>(new(job.Scale, 0), logits, job.OutputRow(row), start, start + count, default, job.Collides);
            }

            invalid ??= found;
        }

        return invalid ?? (hasScore ? null : first);
    }

    private static InvalidLogit? FindInvalid<T, TScores>(
        in RowJob job, TScores scores, int row, int start, int count, ref bool hasScore, out bool hasOverflow)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        float* logits = job.Row(row);
        int column = RowScan.FindInvalid<T, TScores>(job, scores, logits, start, count, ref hasScore, out hasOverflow);
        return column < 0 ? null : new InvalidLogit(row, column, logits[column]);
    }
}
