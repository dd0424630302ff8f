using System.Buffers;
using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>The K best classes of each row, best first, with their logits or (log-)probabilities.</summary>
internal readonly unsafe struct TopKKernel : IRowKernel
{
    /// <summary>More candidates than this wait in rented memory instead of on the stack.</summary>
    private const int GreatestOnStack = 2048;

    [SkipLocalsInit]
    public static InvalidLogit? Run<T, TScores>(in RowJob job, TScores scores, int first, int end)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        int capacity = TopKSelection.Capacity(job.K, job.Classes);
        float* maxima = stackalloc float[TopKSelection.GreatestMaxima];
        if (capacity <= GreatestOnStack)
        {
            ulong* candidates = stackalloc ulong[capacity];
            return Run<T, TScores>(job, scores, first, end, new TopKSelection(job.K, candidates, capacity, maxima));
        }

        ulong[] rented = ArrayPool<ulong>.Shared.Rent(capacity);
        try
        {
            fixed (ulong* candidates = rented)
            {
                return Run<T, TScores>(job, scores, first, end, new TopKSelection(job.K, candidates, capacity, maxima));
            }
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(rented);
        }
    }

    private static InvalidLogit? Run<T, TScores>(in RowJob job, TScores scores, int first, int end, TopKSelection selection)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row), output = job.Output + ((nint)row * job.K);
            int* indices = job.Indices + ((nint)row * job.K);
            if (!TryRun<T, TScores>(job, scores, logits, selection, indices, output, out int column))
            {
                invalid ??= new InvalidLogit(row, column, logits[column]);
                new Span<int>(indices, job.K).Fill(-1);
                new Span<float>(output, job.K).Fill(float.NaN);
            }
        }

        return invalid;
    }

    private static bool TryRun<T, TScores>(
        in RowJob job, TScores scores, float* row, TopKSelection selection, int* indices, float* output, out int column)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        Normalizer normalizer = default;
        column = -1;
        if (job.Results != TopKResults.Logits && !ExpSum.TryNormalize<T, TScores>(job, scores, row, null, out normalizer, out column))
        {
            return false;
        }

        // A temperature leaves the order as it is, so only a bias makes the ranking look at scores.
        bool isGood = job.Scale.Bias == null
            ? selection.TrySelect<T, PlainScores<T>>(default, row, job.Classes, indices)
            : selection.TrySelect<T, TScores>(scores, row, job.Classes, indices);
        if (job.Results == TopKResults.Logits)
        {
            for (int i = 0; isGood && i < job.K; i++)
            {
                output[i] = row[indices[i]];
            }

            column = isGood ? -1 : job.Scale.FindInvalid(row, job.Classes, out _);
            return isGood;
        }

        if (normalizer.IsExtreme)
        {
            Normalize<T, ExtremeScores<T>>(new(job.Scale, normalizer.Offset), row, indices, output, job, normalizer);
        }
        else
        {
            Normalize<T, TScores>(scores, row, indices, output, job, normalizer);
        }

        return true;
    }

    // The same operations as for whole rows, in one lane.
    private static void Normalize<T, TScores>(TScores scores, float* row, int* indices, float* output, in RowJob job, Normalizer normalizer)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        var probability = new Probability<T>(normalizer);
        var logProbability = new LogProbability<T>(normalizer);
        for (int i = 0; i < job.K; i++)
        {
            T score = scores.LoadFirst(row, indices[i], 1, out T low);
            T result = job.Results == TopKResults.Probabilities ? probability.Of<TScores>(score, low) : logProbability.Of<TScores>(score, low);
            T.StoreFirst(result, output + i, 1);
        }
    }
}
