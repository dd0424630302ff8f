using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Functions of each score by itself. Scores that are not finite are noticed on the way, and looked at after each block; in place they would be gone
/// by then, so they are looked for before.
/// </summary>
internal static unsafe class Elementwise
{
    private const int Block = 8192;

    public static InvalidLogit? Run<TLanes, TScores, TMap>(in RowJob job, TScores scores, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
        where TMap : struct, IRowMap<TLanes, TMap>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            InvalidLogit? found = RunRow<TLanes, TScores, TMap>(job, scores, row);
            invalid ??= found;
        }

        return invalid;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static InvalidLogit? RunRow<TLanes, TScores, TMap>(in RowJob job, TScores scores, int row)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
        where TMap : struct, IRowMap<TLanes, TMap>
    {
        InvalidLogit? invalid = null;
        float* logits = job.Row(row);
        var first = new InvalidLogit(row, 0, *logits);
        bool inPlace = job.Output == job.Logits, hasScore = false;
        for (int start = 0; start < job.Classes; start += Block)
        {
            int count = Math.Min(Block, job.Classes - start);
            bool hasOverflow = false;
            InvalidLogit? found = inPlace ? FindInvalid<TLanes, TScores>(job, scores, row, start, count, ref hasScore, out hasOverflow) : null;
            if (!hasOverflow && RowMap.Run<TLanes, TScores, TMap>(scores, logits, job.OutputRow(row), start, start + count, default, job.Collides))
            {
                hasScore = true;
            }
            else if (!inPlace)
            {
                found = FindInvalid<TLanes, TScores>(job, scores, row, start, count, ref hasScore, out hasOverflow);
            }

            if (hasOverflow)
            {
                RowMap.Run<TLanes, ExtremeScores<TLanes>, TMap>(
                    new(job.Scale, default), logits, job.OutputRow(row), start, start + count, default, job.Collides);
            }

            invalid ??= found;
        }

        return invalid ?? (hasScore ? null : first);
    }

    private static InvalidLogit? FindInvalid<TLanes, TScores>(
        in RowJob job, TScores scores, int row, int start, int count, ref bool hasScore, out bool hasOverflow)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        float* logits = job.Row(row);
        int column = RowScan.FindInvalid<TLanes, TScores>(job, scores, logits, start, count, ref hasScore, out hasOverflow);
        return column < 0 ? null : new InvalidLogit(row, column, logits[column]);
    }
}
