using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>score − log-sum-exp, the latter in two floats.</summary>
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
                Subtract<T, ExtremeScores<T>>(new(job.Scale, normalizer.Offset), logits, output, job.Classes, normalizer.LogSumLessOffset);
            }
            else
            {
                Subtract<T, TScores>(scores, logits, output, job.Classes, normalizer.LogSumLessOffset);
            }
        }

        return invalid;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Subtract<T, TScores>(TScores scores, float* row, float* output, int classes, double logSum)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        float rounded = (float)logSum;
        T high = T.Create(rounded), low = T.Create((float)(logSum - rounded));
        nint column = 0;
        for (; column <= classes - 16; column += 16)
        {
            T score = scores.Load(row, column, out T rest);
            T.Store(Subtract<T, TScores>(score, rest, high, low), output + column);
        }

        if (column < classes)
        {
            int count = (int)(classes - column);
            T score = scores.LoadFirst(row, column, count, out T rest);
            T.StoreFirst(Subtract<T, TScores>(score, rest, high, low), output + column, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Subtract<T, TScores>(T score, T rest, T high, T low)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        T difference = TScores.HasLow ? (score - high) + (IScores<T>.Low(score, rest) - low) : (score - high) - low;

        // The two roundings of a score that is all of its row's sum may leave a little above 0.
        return T.Min(T.Create(0), difference);
    }
}
