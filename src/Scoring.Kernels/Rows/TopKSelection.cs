using System.Numerics;
using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Finds the k best of a row. One pass takes the maxima of groups; k of those are at least some bound, so the k-th best is too, and only groups whose
/// maximum reaches the bound are looked into. What is found there is a candidate, which knows how it ranks.
/// </summary>
/// <remarks>A group is one lane of 16 or more vectors that follow each other. No order of the values makes this slow.</remarks>
internal readonly unsafe struct TopKSelection<TCandidate>(int k, TCandidate* candidates, int capacity, float* maxima)
    where TCandidate : unmanaged, ICandidate<TCandidate>
{
    /// <summary>How many floats there must be room for: two levels of group maxima, in whole vectors.</summary>
    public const int GreatestMaxima = 2 * 16 * GreatestVectors;

    private const int GreatestVectors = 512;
    private const int LeastGroup = 16;

    /// <summary>
    /// Writes the indices of the k best, best first. False, and nothing is written, for a row with a NaN, a +∞ or nothing but −∞, unless candidates
    /// rank beyond values.
    /// </summary>
    public bool TrySelect<T, TScores>(in RowJob job, TScores scores, float* row, int* indices)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        int classes = job.Classes, vectors = (classes + 15) / 16;
        int group = Math.Max(LeastGroup, (vectors + GreatestVectors - 1) / GreatestVectors);
        int groups = (vectors + group - 1) / group;
        var best = new Candidates<TCandidate>(k, candidates, capacity);
        if (TryTakeMaxima<T, TScores>(scores, row, classes, group, maxima))
        {
            Collect<T, TScores>(job, scores, row, group, TCandidate.Bound(Bound<T>(groups)), ref best);
        }
        else if (TCandidate.RanksBeyondValues)
        {
            CollectAll(job, row, ref best);
        }
        else
        {
            return false;
        }

        best.Write(indices);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool TryTakeMaxima<T, TScores>(TScores scores, float* row, int classes, int group, float* maxima)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        uint unordered = 0;
        T greatest = T.Create(float.NegativeInfinity);
        for (nint column = 0; column < classes; maxima += 16)
        {
            nint end = Math.Min(column + ((nint)group * 16), classes);
            T first = T.Create(float.NegativeInfinity), second = first;
            for (; column <= end - 32; column += 32)
            {
                T one = Ranked<T, TScores>(scores.Load(row, column, out T low1), low1);
                T two = Ranked<T, TScores>(scores.Load(row, column + 16, out T low2), low2);
                first = T.Max(one, first);
                second = T.Max(two, second);
                unordered |= T.Unordered(one, two);
            }

            for (; column < end; column += 16)
            {
                T last = Ranked<T, TScores>(scores.LoadFirst(row, column, (int)Math.Min(16, end - column), out T low), low);
                first = T.Max(last, first);
                unordered |= T.Unordered(last, last);
            }

            first = T.Max(first, second);
            greatest = T.Max(first, greatest);
            T.Store(first, maxima);
        }

        return unordered == 0 && float.IsFinite(T.Max(greatest));
    }

    /// <summary>A value that at least k group maxima reach, and seldom many more; −∞ when there are too few groups to know one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private float Bound<T>(int groups) where T : struct, ILanes<T>
    {
        if (groups * 16 < 2 * k)
        {
            return float.NegativeInfinity;
        }

        // Groups of groups, where there are many for this k: a bound that is hardly lower, for much less counting.
        int merge = Math.Max(1, groups * 16 / Math.Max(8 * k, 256));
        float* merged = maxima + (16 * GreatestVectors);
        int vectors = 0;
        for (int start = 0; start < groups; start += merge, vectors++)
        {
            T greatest = T.Create(float.NegativeInfinity);
            for (int i = start; i < Math.Min(start + merge, groups); i++)
            {
                greatest = T.Max(T.Load(maxima + (i * 16)), greatest);
            }

            T.Store(greatest, merged + (vectors * 16));
        }

        // Halving the range of floats in their order, as integers, until about k maxima reach the bound.
        uint reached = Ordered.Of(float.NegativeInfinity), missed = Ordered.Of(float.PositiveInfinity);
        while (missed - reached > 1)
        {
            uint middle = reached + ((missed - reached) / 2);
            T bound = T.Create(Ordered.Value(middle));
            int count = 0;
            for (int i = 0; i < vectors; i++)
            {
                count += BitOperations.PopCount(T.GreaterOrEqual(T.Load(merged + (i * 16)), bound));
            }

            if (count >= k)
            {
                reached = middle;
                if (count <= k + (k / 8))
                {
                    break;
                }
            }
            else
            {
                missed = middle;
            }
        }

        return Ordered.Value(reached);
    }

    /// <summary>Gathers all that can be among the k best, in the order of their indices.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Collect<T, TScores>(in RowJob job, TScores scores, float* row, int group, float bound, ref Candidates<TCandidate> best)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        float* lanes = stackalloc float[ILanes<T>.Count];
        float* groupMaxima = maxima;
        int classes = job.Classes;
        for (nint column = 0; column < classes; groupMaxima += 16)
        {
            nint end = Math.Min(column + ((nint)group * 16), classes);
            if (T.GreaterOrEqual(T.Load(groupMaxima), T.Create(bound)) == 0)
            {
                column = end;
                continue;
            }

            for (; column < end; column += 16)
            {
                int left = (int)Math.Min(16, end - column);
                T values = left == 16 ? scores.Load(row, column, out T low) : scores.LoadFirst(row, column, left, out low);
                values = Ranked<T, TScores>(values, low);
                uint found = T.GreaterOrEqual(values, T.Create(bound)) & ((1u << left) - 1);
                if (found == 0)
                {
                    continue;
                }

                T.Store(values, lanes);
                for (; found != 0; found &= found - 1)
                {
                    if (best.IsFull)
                    {
                        bound = Math.Max(bound, best.Drop());
                    }

                    int lane = BitOperations.TrailingZeroCount(found);
                    if (lanes[lane] >= bound)
                    {
                        best.Add(TCandidate.Of(job, row, (int)column + lane, lanes[lane]));
                    }
                }
            }
        }
    }

    // Where values do not tell what can be among the best. Rare, and slow.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CollectAll(in RowJob job, float* row, ref Candidates<TCandidate> best)
    {
        for (int column = 0; column < job.Classes; column++)
        {
            if (best.IsFull)
            {
                best.Drop();
            }

            best.Add(TCandidate.Of(job, row, column, float.NaN));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Ranked<T, TScores>(T score, T low)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T> =>
        TScores.HasLow ? score + IScores<T>.Low(score, low) : score;
}
