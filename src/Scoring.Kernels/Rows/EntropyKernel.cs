using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>One float a row: Σ p · (log-sum-exp − score). No term is below 0, so nothing cancels.</summary>
internal readonly unsafe struct EntropyKernel : IRowKernel
{
    /// <summary>Beyond this surprise, in nats, p · surprise is nothing; a mask's is infinite.</summary>
    private const float GreatestSurprise = 1000;

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
                job.Output[row] = float.NaN;
                continue;
            }

            double sum = normalizer.IsExtreme
                ? Sum<TLanes, ExtremeScores<TLanes>>(new(job.Scale, normalizer.Origin), logits, job.Classes, normalizer)
                : Sum<TLanes, TScores>(scores, logits, job.Classes, normalizer);
            job.Output[row] = (float)Math.Max(0, sum / normalizer.Sum);
        }

        return invalid;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static double Sum<TLanes, TScores>(TScores scores, float* row, int classes, Normalizer normalizer)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        var exponential = new Exponential<TLanes>(normalizer.Shift);
        var logProbability = new LogProbability<TLanes>(normalizer);
        double sum = 0;
        for (nint start = 0; start < classes; start += ExpSum.Block)
        {
            TLanes terms = TLanes.Create(0), left = terms;
            nint end = Math.Min(start + ExpSum.Block, classes);
            nint column = start;
            for (; column <= end - ExpSum.Group; column += ExpSum.Group)
            {
                TLanes group = TLanes.Create(0), low;
                group = AddTerm(exponential, logProbability, scores, scores.Load(row, column, out low), low, group);
                group = AddTerm(exponential, logProbability, scores, scores.Load(row, column + Lanes.Count, out low), low, group);
                group = AddTerm(exponential, logProbability, scores, scores.Load(row, column + (2 * Lanes.Count), out low), low, group);
                group = AddTerm(exponential, logProbability, scores, scores.Load(row, column + (3 * Lanes.Count), out low), low, group);
                ExpSum.Add(group, ref terms, ref left);
            }

            if (column < end)
            {
                TLanes group = TLanes.Create(0), low;
                for (; column <= end - Lanes.Count; column += Lanes.Count)
                {
                    group = AddTerm(exponential, logProbability, scores, scores.Load(row, column, out low), low, group);
                }

                if (column < end)
                {
                    group = AddTerm(exponential, logProbability, scores, scores.LoadFirst(row, column, (int)(end - column), out low), low, group);
                }

                ExpSum.Add(group, ref terms, ref left);
            }

            sum += Across.Sum(TLanes.Fold(terms + left));
        }

        return sum;
    }

    /// <summary>sum + p · surprise, but for the row's sum by which all are divided in the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes AddTerm<TLanes, TScores>(
        Exponential<TLanes> exponential, LogProbability<TLanes> logProbability, TScores scores, TLanes score, TLanes low, TLanes sum)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        TLanes surprise = TLanes.Min(TLanes.Create(GreatestSurprise), TLanes.Create(0) - logProbability.Of<TScores>(score, low));
        return TLanes.MultiplyAdd(exponential.OfBounded(score, low, TScores.HasLow), surprise, sum);
    }
}
