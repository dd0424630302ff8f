using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>One float a row: the mean over classes of ln(1 + e^−z) where the label is 1 and ln(1 + e^z) where it is 0.</summary>
internal readonly unsafe struct BinaryCrossEntropyKernel : IRowKernel
{
    public static InvalidLogit? Run<TLanes, TScores>(in RowJob job, TScores scores, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row);
            int column = RowScan.FindInvalid<TLanes, TScores>(job, scores, logits, out bool hasOverflow);
            if (column >= 0)
            {
                invalid ??= new InvalidLogit(row, column, logits[column]);
                job.Output[row] = float.NaN;
                continue;
            }

            byte* labels = job.Labels + ((nint)row * job.Classes);
            double sum = hasOverflow
                ? Sum<TLanes, ExtremeScores<TLanes>>(new(job.Scale, default), logits, labels, job)
                : Sum<TLanes, TScores>(scores, logits, labels, job);
            job.Output[row] = (float)(sum / job.Classes);
        }

        return invalid;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static double Sum<TLanes, TScores>(TScores scores, float* row, byte* labels, in RowJob job)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        var exponential = new Exponential<TLanes>(0);
        float* exponentials = stackalloc float[Lanes.Count];
        double sum = 0;
        for (nint column = 0; column < job.Classes; column += Lanes.Count)
        {
            int count = (int)Math.Min(Lanes.Count, job.Classes - column);
            TLanes score = scores.LoadFirst(row, column, count, out TLanes low);
            TLanes.Store(OfNegative<TLanes, TScores>(exponential, score, low), exponentials);

            // ln(1 + e^z) = max(z, 0) + ln(1 + e^−|z|), which neither overflows nor loses a small loss.
            for (int lane = 0; lane < count; lane++)
            {
                double z = job.Scale.Score(row, column + lane);
                double wrong = labels[column + lane] != 0 ? -z : z;
                sum += Math.Max(wrong, 0) + (Math.Abs(z) > 86 ? 0 : Logarithm.OnePlus(exponentials[lane]));
            }
        }

        return sum;
    }

    /// <summary>e^−|z|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes OfNegative<TLanes, TScores>(Exponential<TLanes> exponential, TLanes score, TLanes low)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        TLanes zero = TLanes.Create(0);
        if (!TScores.HasLow)
        {
            return exponential.Of(TLanes.Min(score, zero - score));
        }

        // Where a bias has left little of a large logit, the second part may be the larger: together they tell the sign.
        TLanes added = IScores<TLanes>.Low(score, low);
        TLanes z = score + added;
        TLanes left = added - (z - score);
        return exponential.Of(TLanes.Min(z, zero - z), TLanes.WhereGreater(zero, z, left) - TLanes.WhereGreater(z, zero, left), true);
    }
}
