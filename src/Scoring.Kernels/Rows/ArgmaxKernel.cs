using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>The greatest logit of each row: block by block only its value, then its place inside the block that had it.</summary>
internal readonly unsafe struct ArgmaxKernel : IRowKernel
{
    private const int Block = 1024;

    public static InvalidLogit? Run<TLanes, TScores>(in RowJob job, TScores scores, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row);
            int index = Find<TLanes>(logits, job.Classes, out float maximum);
            if (index < 0)
            {
                int column = job.Scale.FindInvalid(logits, job.Classes);
                invalid ??= new InvalidLogit(row, column, logits[column]);
                maximum = float.NaN;
            }

            job.Indices[row] = index;
            if (job.Output != null)
            {
                job.Output[row] = maximum;
            }
        }

        return invalid;
    }

    /// <summary>The lowest index of the greatest logit, or −1 for a row with a NaN, a +∞ or nothing but −∞.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static int Find<TLanes>(float* row, int classes, out float maximum) where TLanes : struct, ILanes<TLanes>
    {
        maximum = float.NegativeInfinity;
        int best = 0;
        uint unordered = 0;
        for (int start = 0; start < classes; start += Block)
        {
            float greatest = OfBlock<TLanes>(row + start, Math.Min(Block, classes - start), ref unordered);
            if (greatest > maximum)
            {
                maximum = greatest;
                best = start;
            }
        }

        return unordered == 0 && float.IsFinite(maximum) ? best + IndexOf(row + best, classes - best, TLanes.Create(maximum)) : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float OfBlock<TLanes>(float* block, int count, ref uint unordered) where TLanes : struct, ILanes<TLanes>
    {
        TLanes greatest0 = TLanes.Create(float.NegativeInfinity), greatest1 = greatest0;
        nint column = 0;
        for (; column <= count - (2 * Lanes.Count); column += 2 * Lanes.Count)
        {
            TLanes first = TLanes.Load(block + column), second = TLanes.Load(block + column + Lanes.Count);
            greatest0 = TLanes.Max(first, greatest0);
            greatest1 = TLanes.Max(second, greatest1);
            unordered |= TLanes.Unordered(first, second);
        }

        for (; column < count; column += Lanes.Count)
        {
            TLanes last = TLanes.LoadFirst(block + column, (int)Math.Min(Lanes.Count, count - column), TLanes.Create(float.NegativeInfinity));
            greatest0 = TLanes.Max(last, greatest0);
            unordered |= TLanes.Unordered(last, last);
        }

        return TLanes.Max(TLanes.Max(greatest0, greatest1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IndexOf<TLanes>(float* block, int count, TLanes maximum) where TLanes : struct, ILanes<TLanes>
    {
        nint column = 0;
        for (; column <= count - Lanes.Count; column += Lanes.Count)
        {
            uint found = TLanes.GreaterOrEqual(TLanes.Load(block + column), maximum);
            if (found != 0)
            {
                return (int)column + int.TrailingZeroCount((int)found);
            }
        }

        TLanes last = TLanes.LoadFirst(block + column, (int)(count - column), TLanes.Create(float.NegativeInfinity));
        return (int)column + int.TrailingZeroCount((int)TLanes.GreaterOrEqual(last, maximum));
    }
}
