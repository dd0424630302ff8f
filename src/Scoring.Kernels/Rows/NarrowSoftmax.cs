using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Softmax of rows of up to sixteen classes, each in one vector: four rows at a time, which share what goes across lanes and the division.
/// </summary>
internal static unsafe class NarrowSoftmax
{
    public static InvalidLogit? Run<TLanes, TScores>(in RowJob job, TScores scores, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes> =>
        end - first < 4 ? RunOneByOne<TLanes, TScores>(job, scores, first, end, null) : RunFours<TLanes, TScores>(job, scores, first, end);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static InvalidLogit? RunFours<TLanes, TScores>(in RowJob job, TScores scores, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        var exponential = new Exponential<TLanes>(Exponential<TLanes>.UsualShift);
        InvalidLogit? invalid = null;
        int classes = job.Classes, row = first;

        // Whole vectors are written faster than parts of them. What is too much lies in the next rows of the four, which are written after it.
        int written = job.Stride == classes && classes >= Lanes.Count / 2 ? Lanes.Count : classes;
        for (; row <= end - 4; row += 4)
        {
            float* logits = job.Row(row);
            TLanes e0 = exponential.OfTerm(scores.LoadFirst(logits, 0, classes, out TLanes low0), low0, TScores.HasLow);
            TLanes e1 = exponential.OfTerm(scores.LoadFirst(logits += job.Stride, 0, classes, out TLanes low1), low1, TScores.HasLow);
            TLanes e2 = exponential.OfTerm(scores.LoadFirst(logits += job.Stride, 0, classes, out TLanes low2), low2, TScores.HasLow);
            TLanes e3 = exponential.OfTerm(scores.LoadFirst(logits + job.Stride, 0, classes, out TLanes low3), low3, TScores.HasLow);
            if (!FourSums.TryInvert<TLanes>(TLanes.Fold(e0), TLanes.Fold(e1), TLanes.Fold(e2), TLanes.Fold(e3), out FourSums sums))
            {
                invalid = RunOneByOne<TLanes, TScores>(job, scores, row, row + 4, invalid);
                continue;
            }

            Vector128<float> high = sums.High, low = sums.Low;
            float* output = job.OutputRow(row);
            Store(e0, high.ToScalar(), low.ToScalar(), output, written);
            Store(e1, high.GetElement(1), low.GetElement(1), output += job.Stride, written);
            Store(e2, high.GetElement(2), low.GetElement(2), output += job.Stride, written);
            Store(e3, high.GetElement(3), low.GetElement(3), output + job.Stride, classes);
        }

        return RunOneByOne<TLanes, TScores>(job, scores, row, end, invalid);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TLanes>(TLanes exponentials, float high, float low, float* output, int classes) where TLanes : struct, ILanes<TLanes> =>
        TLanes.StoreFirst(Probability<TLanes>.OfExponential(exponentials, TLanes.Create(high), TLanes.Create(low)), output, classes);

    // What is left of four rows, and four of which one is out of the usual range.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static InvalidLogit? RunOneByOne<TLanes, TScores>(in RowJob job, TScores scores, int first, int end, InvalidLogit? invalid)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        float* exponentials = stackalloc float[Lanes.Count];
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row), output = job.OutputRow(row);
            if (ExpSum.TryNormalize<TLanes, TScores>(job, scores, logits, exponentials, out Normalizer normalizer, out int column))
            {
                (float high, float low) = normalizer.Inverse;
                Store(TLanes.LoadFirst(exponentials, job.Classes, TLanes.Create(0)), high, low, output, job.Classes);
            }
            else
            {
                invalid ??= new InvalidLogit(row, column, logits[column]);
                new Span<float>(output, job.Classes).Fill(float.NaN);
            }
        }

        return invalid;
    }
}
