using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>The scores themselves.</summary>
internal readonly unsafe struct LinearKernel : IRowKernel
{
    public static InvalidLogit? Run<T, TScores>(in RowJob job, TScores scores, int first, int end)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row), output = job.OutputRow(row);
            int column = RowScan.FindInvalid<T, TScores>(job, scores, logits);
            if (column >= 0)
            {
                invalid ??= new InvalidLogit(row, column, logits[column]);
            }

            if (job.Scale.IsExtreme)
            {
                Compute<T, ExtremeScores<T>>(new(job.Scale, 0), logits, output, job.Classes);
            }
            else
            {
                Compute<T, TScores>(scores, logits, output, job.Classes);
            }
        }

        return invalid;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Compute<T, TScores>(TScores scores, float* row, float* output, int classes)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        nint column = 0;
        for (; column <= classes - 16; column += 16)
        {
            T score = scores.Load(row, column, out T low);
            T.Store(TScores.HasLow ? score + IScores<T>.Low(score, low) : score, output + column);
        }

        if (column < classes)
        {
            int count = (int)(classes - column);
            T score = scores.LoadFirst(row, column, count, out T low);
            T.StoreFirst(TScores.HasLow ? score + IScores<T>.Low(score, low) : score, output + column, count);
        }
    }
}
