using Scoring.Kernels;
using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>Turns one request into its response: unpacks the logits, runs the head's kernels over them, and packs what was asked for.</summary>
internal static class MessageScorer
{
    /// <summary>
    /// Fills the response. The request's logits move over to it: they are what the outputs are made from, and the scores take
    /// their place last.
    /// </summary>
    public static void Score(PooledScoreRequest request, in ScoringPlan plan, PooledScoreResponse response)
    {
        response.Rows = (uint)plan.Rows;
        response.Classes = (uint)plan.Classes;
        var logits = Unpack(request, response);

        if (request.NonFinite == NonFinite.Reject && InvalidLogits.Find(logits, plan.Classes) is { } invalid)
        {
            response.ClearResults();
            response.Error = ScoringErrors.NonFinite(invalid);
            return;
        }

        if (request.NonFinite == NonFinite.Flag)
        {
            FlagInvalidRows(logits, plan, response);
        }

        if (plan.Wants(OutputSet.Scores))
        {
            WriteScores(logits, plan, logits);
        }
        else
        {
            response.Scores.Release();
        }
    }

    /// <summary>The logits as FP32, in the response's memory.</summary>
    private static Span<float> Unpack(PooledScoreRequest request, PooledScoreResponse response)
    {
        response.Scores.TakeFrom(request.Logits);
        return response.Scores.Writable;
    }

    private static void WriteScores(ReadOnlySpan<float> logits, in ScoringPlan plan, Span<float> scores)
    {
        switch (plan.Head.Activation)
        {
            case Activation.Softmax:
                Softmax.Compute(logits, plan.Classes, scores, plan.Temperature);
                break;
            case Activation.LogSoftmax:
                LogSoftmax.Compute(logits, plan.Classes, scores, plan.Temperature);
                break;
            case Activation.Sigmoid:
                Sigmoid.Compute(logits, plan.Classes, scores, plan.Temperature);
                break;
            default:
                Linear.Compute(logits, plan.Classes, scores, plan.Temperature);
                break;
        }
    }

    private static void FlagInvalidRows(ReadOnlySpan<float> logits, in ScoringPlan plan, PooledScoreResponse response)
    {
        for (var row = 0; row < plan.Rows; row++)
        {
            if (InvalidLogits.Find(logits[(row * plan.Classes)..], plan.Classes) is not { } invalid)
            {
                return;
            }

            row += invalid.Row;
            response.InvalidRows.Append(1, expectedMore: 0)[0] = (uint)row;
        }
    }
}
