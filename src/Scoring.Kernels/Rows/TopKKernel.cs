using System.Buffers;
using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>The K best classes of each row, best first, with their logits or (log-)probabilities.</summary>
internal readonly unsafe struct TopKKernel : IRowKernel
{
    /// <summary>More candidates than this wait in rented memory instead of on the stack.</summary>
    private const int GreatestOnStack = 2048;

    // A temperature leaves the order as it is, so only a bias makes the ranking look at scores.
    public static InvalidLogit? Run<TLanes, TScores>(in RowJob job, TScores scores, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes> => job.Scale.Bias == null
        ? Run<TLanes, TScores, PlainScores<TLanes>, LogitCandidate>(job, scores, default, first, end)
        : Run<TLanes, TScores, TScores, ScoreCandidate>(job, scores, scores, first, end);

    [SkipLocalsInit]
    private static InvalidLogit? Run<TLanes, TScores, TValues, TCandidate>(in RowJob job, TScores scores, TValues values, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
        where TValues : struct, IScores<TLanes>
        where TCandidate : unmanaged, ICandidate<TCandidate>
    {
        int capacity = Candidates<TCandidate>.Capacity(job.K, job.Classes);
        float* maxima = stackalloc float[TopKSelection<TCandidate>.GreatestMaxima];
        if (capacity <= GreatestOnStack)
        {
            TCandidate* candidates = stackalloc TCandidate[capacity];
            return Run<TLanes, TScores, TValues, TCandidate>(job, scores, values, first, end, new(job.K, candidates, capacity, maxima));
        }

        TCandidate[] rented = ArrayPool<TCandidate>.Shared.Rent(capacity);
        try
        {
            fixed (TCandidate* candidates = rented)
            {
                return Run<TLanes, TScores, TValues, TCandidate>(job, scores, values, first, end, new(job.K, candidates, capacity, maxima));
            }
        }
        finally
        {
            ArrayPool<TCandidate>.Shared.Return(rented);
        }
    }

    private static InvalidLogit? Run<TLanes, TScores, TValues, TCandidate>(
        in RowJob job, TScores scores, TValues values, int first, int end, TopKSelection<TCandidate> selection)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
        where TValues : struct, IScores<TLanes>
        where TCandidate : unmanaged, ICandidate<TCandidate>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row), output = job.Output + ((nint)row * job.K);
            int* indices = job.Indices + ((nint)row * job.K);
            if (!TryRun<TLanes, TScores, TValues, TCandidate>(job, scores, values, logits, selection, indices, output))
            {
                int column = Math.Max(0, job.Scale.FindInvalid(logits, job.Classes));
                invalid ??= new InvalidLogit(row, column, logits[column]);
                new Span<int>(indices, job.K).Fill(-1);
                new Span<float>(output, job.K).Fill(float.NaN);
            }
        }

        return invalid;
    }

    /// <summary>False for a row without a score: its indices may not have been written, and must not be used.</summary>
    private static bool TryRun<TLanes, TScores, TValues, TCandidate>(
        in RowJob job, TScores scores, TValues values, float* row, TopKSelection<TCandidate> selection, int* indices, float* output)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
        where TValues : struct, IScores<TLanes>
        where TCandidate : unmanaged, ICandidate<TCandidate>
    {
        Normalizer normalizer = default;
        if ((job.Results != TopKResults.Logits && !ExpSum.TryNormalize<TLanes, TScores>(job, scores, row, null, out normalizer, out _))
            || !selection.TrySelect<TLanes, TValues>(job, values, row, indices))
        {
            return false;
        }

        if (job.Results == TopKResults.Logits)
        {
            for (int i = 0; i < job.K; i++)
            {
                output[i] = row[job.Class(indices + i)];
            }
        }
        else if (normalizer.IsExtreme)
        {
            Normalize<TLanes, ExtremeScores<TLanes>>(new(job.Scale, normalizer.Origin), row, indices, output, job, normalizer);
        }
        else
        {
            Normalize<TLanes, TScores>(scores, row, indices, output, job, normalizer);
        }

        return true;
    }

    // The same operations as for whole rows, in one lane.
    private static void Normalize<TLanes, TScores>(TScores scores, float* row, int* indices, float* output, in RowJob job, Normalizer normalizer)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        var probability = new Probability<TLanes>(normalizer);
        var logProbability = new LogProbability<TLanes>(normalizer);
        for (int i = 0; i < job.K; i++)
        {
            TLanes score = scores.LoadFirst(row, job.Class(indices + i), 1, out TLanes low);
            TLanes result = job.Results == TopKResults.Probabilities ? probability.Of<TScores>(score, low) : logProbability.Of<TScores>(score, low);
            TLanes.StoreFirst(result, output + i, 1);
        }
    }
}
