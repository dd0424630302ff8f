using System.Runtime.CompilerServices;
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
            float* logits = job.Row(row), output = job.OutputRow(row);
            if (!ExpSum.TryNormalize<T, TScores>(job, scores, logits, null, out Normalizer normalizer, out int column))
            {
                invalid ??= new InvalidLogit(row, column, logits[column]);
                new Span<float>(output, job.Classes).Fill(float.NaN);
            }
            else if (normalizer.IsExtreme)
            {
                Subtract<T, ExtremeScores<T>>(new(job.Scale, normalizer.Offset), logits, output, job.Classes, normalizer);
            }
            else
            {
                Subtract<T, TScores>(scores, logits, output, job.Classes, normalizer);
            }
        }

        return invalid;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Subtract<T, TScores>(TScores scores, float* row, float* output, int classes, Normalizer normalizer)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        var logProbability = new LogProbability<T>(normalizer);
        nint column = 0;
        for (; column <= classes - 16; column += 16)
        {
            T score = scores.Load(row, column, out T low);
            T.Store(logProbability.Of<TScores>(score, low), output + column);
        }

        if (column < classes)
        {
            int left = (int)(classes - column);
            T score = scores.LoadFirst(row, column, left, out T low);
            T.StoreFirst(logProbability.Of<TScores>(score, low), output + column, left);
        }
    }
}
