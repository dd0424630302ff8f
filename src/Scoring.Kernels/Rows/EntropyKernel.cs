using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>One float a row: Σ p · (log-sum-exp − score). No term is below 0, so nothing cancels.</summary>
internal readonly unsafe struct EntropyKernel : IRowKernel
{
    /// <summary>Beyond this surprise, in nats, p · surprise is nothing; a mask's is infinite.</summary>
    private const float GreatestSurprise = 1000;

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
                job.Output[row] = float.NaN;
                continue;
            }

            double sum = normalizer.IsExtreme
                ? Sum<T, ExtremeScores<T>>(new(job.Scale, normalizer.Offset), logits, job.Classes, normalizer)
                : Sum<T, TScores>(scores, logits, job.Classes, normalizer);
            job.Output[row] = (float)Math.Max(0, sum / normalizer.Sum);
        }

        return invalid;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static double Sum<T, TScores>(TScores scores, float* row, int classes, Normalizer normalizer)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        var exponential = new Exponential<T>(normalizer.Shift);
        var logProbability = new LogProbability<T>(normalizer);
        double sum = 0;
        for (nint start = 0; start < classes; start += ExpSum.Block)
        {
            T terms = T.Create(0), left = terms;
            nint end = Math.Min(start + ExpSum.Block, classes);
            for (nint column = start; column < end;)
            {
                T group = T.Create(0);
                for (nint groupEnd = Math.Min(column + ExpSum.Group, end); column < groupEnd; column += ILanes<T>.Count)
                {
                    int count = (int)(end - column);
                    T score = count >= ILanes<T>.Count ? scores.Load(row, column, out T low) : scores.LoadFirst(row, column, count, out low);
                    T surprise = T.Min(T.Create(GreatestSurprise), T.Create(0) - logProbability.Of<TScores>(score, low));
                    group = T.MultiplyAdd(exponential.OfBounded(score, low, TScores.HasLow), surprise, group);
                }

                ExpSum.Add(group, ref terms, ref left);
            }

            sum += Across.Sum(T.Fold(terms + left));
        }

        return sum;
    }
}
