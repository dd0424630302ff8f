using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>The greatest logit of each row: block by block only its value, then its place inside the block that had it.</summary>
internal readonly unsafe struct ArgmaxKernel : IRowKernel
{
    private const int Block = 1024;

    public static InvalidLogit? Run<T, TScores>(in RowJob job, TScores scores, int first, int end)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row);
            int index = Find<T>(logits, job.Classes, out float maximum);
            if (index < 0)
            {
                int column = job.Scale.FindInvalid(logits, job.Classes, out _);
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
    public static int Find<T>(float* row, int classes, out float maximum) where T : struct, ILanes<T>
    {
        maximum = float.NegativeInfinity;
        int best = 0;
        uint unordered = 0;
        for (int start = 0; start < classes; start += Block)
        {
            float greatest = OfBlock<T>(row + start, Math.Min(Block, classes - start), ref unordered);
            if (greatest > maximum)
            {
                maximum = greatest;
                best = start;
            }
        }

        return unordered == 0 && float.IsFinite(maximum) ? best + IndexOf(row + best, classes - best, T.Create(maximum)) : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float OfBlock<T>(float* block, int count, ref uint unordered) where T : struct, ILanes<T>
    {
        T greatest0 = T.Create(float.NegativeInfinity), greatest1 = greatest0;
        nint column = 0;
        for (; column <= count - 32; column += 32)
        {
            T first = T.Load(block + column), second = T.Load(block + column + 16);
            greatest0 = T.Max(first, greatest0);
            greatest1 = T.Max(second, greatest1);
            unordered |= T.Unordered(first, second);
        }

        for (; column < count; column += 16)
        {
            T last = T.LoadFirst(block + column, (int)Math.Min(16, count - column), T.Create(float.NegativeInfinity));
            greatest0 = T.Max(last, greatest0);
            unordered |= T.Unordered(last, last);
        }

        return T.Max(T.Max(greatest0, greatest1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IndexOf<T>(float* block, int count, T maximum) where T : struct, ILanes<T>
    {
        nint column = 0;
        for (; column <= count - 16; column += 16)
        {
            uint found = T.GreaterOrEqual(T.Load(block + column), maximum);
            if (found != 0)
            {
                return (int)column + int.TrailingZeroCount((int)found);
            }
        }

        T last = T.LoadFirst(block + column, (int)(count - column), T.Create(float.NegativeInfinity));
        return (int)column + int.TrailingZeroCount((int)T.GreaterOrEqual(last, maximum));
    }
}
