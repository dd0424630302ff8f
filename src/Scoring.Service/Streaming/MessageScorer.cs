using System.Buffers;
using System.Runtime.InteropServices;
using Scoring.Heads;
using Scoring.Heads.Rows;
using Scoring.Kernels;
using Scoring.Protocol;
using Scoring.Protocol.Buffers;
using Scoring.Service.Calls;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>Turns one request into its response: unpacks the logits, runs the head's kernels over them, and packs what was asked for.</summary>
internal static class MessageScorer
{
    /// <summary>
    /// Fills the response. The request's logits move over to it: every other output is made from them first, and then the scores
    /// take their place.
    /// </summary>
    public static void Score(PooledScoreRequest request, in ScoringPlan plan, PooledScoreResponse response)
    {
        response.Rows = (uint)plan.Rows;
        response.Classes = (uint)plan.Classes;
        var origins = plan.Wants(OutputSet.LogSumExp) && LogitData.HasOrigins(request)
            ? ArrayPool<double>.Shared.Rent(plan.Rows * plan.HeadPlan.Distributions)
            : null;
        try
        {
            Score(request, plan, response, origins.AsSpan(0, origins is null ? 0 : plan.Rows * plan.HeadPlan.Distributions));
        }
        finally
        {
            if (origins is not null)
            {
                ArrayPool<double>.Shared.Return(origins);
            }
        }
    }

    private static void Score(PooledScoreRequest request, in ScoringPlan plan, PooledScoreResponse response, Span<double> origins)
    {
        var large = LogitData.Unpack(request, plan.HeadPlan, response.Scores, origins);
        var logits = response.Scores.Writable;
        if (request.NonFinite == NonFinite.Flag)
        {
            // The logits are gone by the time the kernels have found the first bad row, and here every one of them counts.
            ListInvalidRows(logits, plan, response.InvalidRows);
        }

        var invalid = RunKernels(request, plan, logits, response);
        if (!origins.IsEmpty)
        {
            DoubleLogits.AddOrigins(plan.HeadPlan, origins, response.LogSumExp.Writable);
        }

        if (invalid is { } logit && request.NonFinite == NonFinite.Reject)
        {
            response.ClearResults();
            // What FP32 cannot hold is a NaN to the kernels.
            response.Error = large is { } first && first.Row == logit.Row && float.IsNaN(logit.Value)
                ? ScoringErrors.TooLarge(first)
                : ScoringErrors.NonFinite(logit, plan.Head);
            return;
        }

        foreach (var row in response.InvalidRows.Span)
        {
            ClearRow((int)row, plan.Rows, response);
        }

        if (plan.Wants(OutputSet.Labels))
        {
            AddLabels(plan, response);
        }
    }

    /// <summary>Names the best classes. Labels are text of any length, so what they take is counted before they are sent.</summary>
    private static void AddLabels(in ScoringPlan plan, PooledScoreResponse response)
    {
        response.HeadLabels = plan.Head.Labels.Utf8;
        for (var i = 0; i < response.TopLabelCount; i++)
        {
            response.TopLabelBytes += response.TopLabel(i).Length;
        }

        if (response.TopLabelBytes > plan.MaxLabelBytes)
        {
            response.Error = ScoringErrors.LabelsTooLarge(response.TopLabelBytes, plan.MaxLabelBytes);
            response.ClearResults();
        }
    }

    /// <summary>Every output that was asked for, and the first logit that has no score.</summary>
    private static InvalidLogit? RunKernels(PooledScoreRequest request, in ScoringPlan plan, Span<float> logits, PooledScoreResponse response)
    {
        InvalidLogit? invalid = null;
        var rows = plan.HeadPlan;
        var distributions = rows.Rows * rows.Distributions;
        if (plan.Wants(OutputSet.TopK))
        {
            var indices = MemoryMarshal.Cast<uint, int>(response.TopIndices.Allocate(distributions * rows.TopK));
            KeepFirst(HeadKernels.TopK(rows, logits, indices, response.TopScores.Allocate(distributions * rows.TopK)), ref invalid);
            if (LogitData.HasOrigins(request))
            {
                DoubleLogits.OrderTies(rows, request.Data.Span, logits, indices);
            }
        }

        if (plan.Wants(OutputSet.LogSumExp))
        {
            KeepFirst(HeadKernels.LogSumExp(rows, logits, response.LogSumExp.Allocate(distributions)), ref invalid);
        }

        if (plan.Wants(OutputSet.Entropy))
        {
            KeepFirst(HeadKernels.Entropy(rows, logits, response.Entropy.Allocate(distributions)), ref invalid);
        }

        if (plan.Wants(OutputSet.Loss))
        {
            KeepFirst(HeadKernels.Losses(rows, logits, request.Targets.Span, response.Losses.Allocate(distributions)), ref invalid);
        }

        var decides = plan.Wants(OutputSet.Decisions);
        var decidesByScore = decides && plan.Head.Activation.IsMultilabel();
        if (decides && !decidesByScore)
        {
            KeepFirst(HeadKernels.Decisions(rows, logits, response.Decisions.Allocate(logits.Length)), ref invalid);
        }

        if (plan.Wants(OutputSet.Scores) || decidesByScore)
        {
            KeepFirst(HeadKernels.Scores(rows, logits, logits), ref invalid);
        }

        if (decidesByScore)
        {
            HeadKernels.Decide(plan.Head, logits, response.Decisions.Allocate(logits.Length));
        }

        if (!plan.Wants(OutputSet.Scores))
        {
            response.Scores.Release();
        }

        return invalid;
    }

    private static void KeepFirst(InvalidLogit? found, ref InvalidLogit? invalid) => invalid ??= found;

    private static void ListInvalidRows(ReadOnlySpan<float> logits, in ScoringPlan plan, PooledArray<uint> invalidRows)
    {
        if (plan.HeadPlan.HasGroups)
        {
            for (var row = 0; row < plan.Rows; row++)
            {
                if (GroupKernels.FindInvalid(plan.HeadPlan, logits, row) is not null)
                {
                    invalidRows.Append(1, expectedMore: 0)[0] = (uint)row;
                }
            }

            return;
        }

        for (var row = 0; row < plan.Rows; row++)
        {
            if (InvalidLogits.Find(logits[(row * plan.Classes)..], plan.Classes) is not { } invalid)
            {
                return;
            }

            row += invalid.Row;
            invalidRows.Append(1, expectedMore: 0)[0] = (uint)row;
        }
    }

    private static void ClearRow(int row, int rows, PooledScoreResponse response)
    {
        ClearRow(response.Scores, row, rows);
        SetRow(response.TopIndices, row, rows, PooledScoreResponse.NoClass);
        ClearRow(response.TopScores, row, rows);
        ClearRow(response.LogSumExp, row, rows);
        ClearRow(response.Entropy, row, rows);
        ClearRow(response.Losses, row, rows);
        ClearRow(response.Decisions, row, rows);
    }

    private static void ClearRow<T>(PooledArray<T> results, int row, int rows)
        where T : unmanaged => SetRow(results, row, rows, default);

    private static void SetRow<T>(PooledArray<T> results, int row, int rows, T value)
        where T : unmanaged
    {
        var width = results.Count / rows;
        results.Writable.Slice(row * width, width).Fill(value);
    }
}
