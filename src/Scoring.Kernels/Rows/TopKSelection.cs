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
    public const int GreatestMaxima = 2 * Lanes.Count * GreatestVectors;

    private const int GreatestVectors = 512;
    private const int LeastGroup = 16;

    /// <summary>
    /// Writes the indices of the k best, best first. False, and nothing is written, for a row with a NaN, a +∞ or nothing but −∞, unless candidates
    /// rank beyond values.
    /// </summary>
    public bool TrySelect<TLanes, TScores>(in RowJob job, TScores scores, float* row, int* indices)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        int classes = job.Classes, vectors = (classes + Lanes.Count - 1) / Lanes.Count;
        int group = Math.Max(LeastGroup, (vectors + GreatestVectors - 1) / GreatestVectors);
        int groups = (vectors + group - 1) / group;
        var best = new Candidates<TCandidate>(k, candidates, capacity);
        if (TryTakeMaxima<TLanes, TScores>(scores, row, classes, group, maxima))
        {
            Collect<TLanes, TScores>(job, scores, row, group, TCandidate.Bound(Bound<TLanes>(groups)), ref best);
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
    private static bool TryTakeMaxima<TLanes, TScores>(TScores scores, float* row, int classes, int group, float* maxima)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        uint unordered = 0;
        TLanes greatest = TLanes.Create(float.NegativeInfinity);
        for (nint column = 0; column < classes; maxima += Lanes.Count)
        {
            nint end = Math.Min(column + ((nint)group * Lanes.Count), classes);
            TLanes first = TLanes.Create(float.NegativeInfinity), second = first;
            for (; column <= end - (2 * Lanes.Count); column += 2 * Lanes.Count)
            {
                TLanes one = Ranked<TLanes, TScores>(scores.Load(row, column, out TLanes low1), low1);
                TLanes two = Ranked<TLanes, TScores>(scores.Load(row, column + Lanes.Count, out TLanes low2), low2);
                first = TLanes.Max(one, first);
                second = TLanes.Max(two, second);
                unordered |= TLanes.Unordered(one, two);
            }

            for (; column < end; column += Lanes.Count)
            {
                TLanes last = Ranked<TLanes, TScores>(scores.LoadFirst(row, column, (int)Math.Min(Lanes.Count, end - column), out TLanes low), low);
                first = TLanes.Max(last, first);
                unordered |= TLanes.Unordered(last, last);
            }

            first = TLanes.Max(first, second);
            greatest = TLanes.Max(first, greatest);
            TLanes.Store(first, maxima);
        }

        return unordered == 0 && float.IsFinite(TLanes.Max(greatest));
    }

    /// <summary>A value that at least k group maxima reach, and seldom many more; −∞ when there are too few groups to know one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private float Bound<TLanes>(int groups) where TLanes : struct, ILanes<TLanes>
    {
        if (groups * Lanes.Count < 2 * k)
        {
            return float.NegativeInfinity;
        }

        // Groups of groups, where there are many for this k: a bound that is hardly lower, for much less counting.
        int merge = Math.Max(1, groups * Lanes.Count / Math.Max(8 * k, 256));
        float* merged = maxima + (Lanes.Count * GreatestVectors);
        int vectors = 0;
        for (int start = 0; start < groups; start += merge, vectors++)
        {
            TLanes greatest = TLanes.Create(float.NegativeInfinity);
            for (int i = start; i < Math.Min(start + merge, groups); i++)
            {
                greatest = TLanes.Max(TLanes.Load(maxima + (i * Lanes.Count)), greatest);
            }

            TLanes.Store(greatest, merged + (vectors * Lanes.Count));
        }

        // Halving the range of floats in their order, as integers, until about k maxima reach the bound.
        uint reached = Ordered.Of(float.NegativeInfinity), missed = Ordered.Of(float.PositiveInfinity);
        while (missed - reached > 1)
        {
            uint middle = reached + ((missed - reached) / 2);
            TLanes bound = TLanes.Create(Ordered.Value(middle));
            int count = 0;
            for (int i = 0; i < vectors; i++)
            {
                count += BitOperations.PopCount(TLanes.GreaterOrEqual(TLanes.Load(merged + (i * Lanes.Count)), bound));
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
    private void Collect<TLanes, TScores>(in RowJob job, TScores scores, float* row, int group, float bound, ref Candidates<TCandidate> best)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        float* lanes = stackalloc float[Lanes.Count];
        float* groupMaxima = maxima;
        int classes = job.Classes;
        for (nint column = 0; column < classes; groupMaxima += Lanes.Count)
        {
            nint end = Math.Min(column + ((nint)group * Lanes.Count), classes);
            if (TLanes.GreaterOrEqual(TLanes.Load(groupMaxima), TLanes.Create(bound)) == 0)
            {
                column = end;
                continue;
            }

            for (; column < end; column += Lanes.Count)
            {
                int left = (int)Math.Min(Lanes.Count, end - column);
                TLanes values = left == Lanes.Count ? scores.Load(row, column, out TLanes low) : scores.LoadFirst(row, column, left, out low);
                values = Ranked<TLanes, TScores>(values, low);
                uint found = TLanes.GreaterOrEqual(values, TLanes.Create(bound)) & ((1u << left) - 1);
                if (found == 0)
                {
                    continue;
                }

                TLanes.Store(values, lanes);
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
    private static TLanes Ranked<TLanes, TScores>(TLanes score, TLanes low)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes> =>
        TScores.HasLow ? score + IScores<TLanes>.Low(score, low) : score;
}
