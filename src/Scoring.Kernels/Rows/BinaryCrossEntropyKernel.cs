using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>One float a row: the mean over classes of ln(1 + e^−z) where the label is 1 and ln(1 + e^z) where it is 0.</summary>
internal readonly unsafe struct BinaryCrossEntropyKernel : IRowKernel
{
    public static InvalidLogit? Run<T, TScores>(in RowJob job, TScores scores, int first, int end)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row);
            int column = RowScan.FindInvalid<T, TScores>(job, scores, logits, out bool hasOverflow);
            if (column >= 0)
            {
                invalid ??= new InvalidLogit(row, column, logits[column]);
                job.Output[row] = float.NaN;
                continue;
            }

            byte* labels = job.Labels + ((nint)row * job.Classes);
            double sum = hasOverflow
                ? Sum<T, ExtremeScores<T>>(new(job.Scale, 0), logits, labels, job)
                : Sum<T, TScores>(scores, logits, labels, job);
            job.Output[row] = (float)(sum / job.Classes);
        }

        return invalid;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static double Sum<T, TScores>(TScores scores, float* row, byte* labels, in RowJob job)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        var exponential = new Exponential<T>(0);
        float* exponentials = stackalloc float[ILanes<T>.Count];
        double sum = 0;
        for (nint column = 0; column < job.Classes; column += 16)
        {
            int count = (int)Math.Min(16, job.Classes - column);
            T score = scores.LoadFirst(row, column, count, out T low);
            T.Store(OfNegative<T, TScores>(exponential, score, low), exponentials);

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
    private static T OfNegative<T, TScores>(Exponential<T> exponential, T score, T low)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        T zero = T.Create(0);
        if (!TScores.HasLow)
        {
            return exponential.Of(T.Min(score, zero - score));
        }

        // Where a bias has left little of a large logit, the second part may be the larger: together they tell the sign.
        T added = IScores<T>.Low(score, low);
        T z = score + added;
        T left = added - (z - score);
        return exponential.Of(T.Min(z, zero - z), T.WhereGreater(zero, z, left) - T.WhereGreater(z, zero, left), true);
    }
}
