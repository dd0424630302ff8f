using Scoring.Protocol;
using Scoring.Protocol.OpenInference;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>How many bytes an answer takes on the wire at most, known from what is asked for before any of it is made.</summary>
internal static class AnswerSize
{
    /// <summary>
    /// How many times as large as a message an answer may be. Logits of FP16 are answered in FP32, which is twice as much, and decisions or the best few classes of
    /// each row are less than that again. Only rows of a few classes with every output ask for more, of which a message can have fewer.
    /// </summary>
    private const int TimesMessage = 4;

    /// <summary>The shape, the receipt, the names of outputs: what does not grow with the rows. An id of more comes on top.</summary>
    private const int FixedBytes = 512;

    /// <summary>Of a varint of 32 bits.</summary>
    private const int MaxIndexBytes = 5;

    /// <summary>A tag and a length, or the length alone as the Open Inference Protocol has it.</summary>
    private const int LabelFrameBytes = 4;

    /// <summary>Of <c>value:index:</c>, six digits after the point: a probability, or the lowest finite float.</summary>
    private const int ProbabilityTextBytes = 8 + 1 + 10 + 1;

    private const int FloatTextBytes = 47 + 1 + 10 + 1;

    /// <param name="messageBytes">The limit of a message.</param>
    public static long Limit(int messageBytes) => (long)TimesMessage * messageBytes;

    /// <param name="plan">What is asked for.</param>
    /// <param name="request">How it is asked for.</param>
    public static long Of(in ScoringPlan plan, PooledScoreRequest request)
    {
        long rows = plan.Rows;
        var logits = rows * plan.Classes;
        var distributions = rows * plan.Distributions;
        long size = FixedBytes;
        if (request.Inference is { } inference)
        {
            foreach (var output in inference.Outputs)
            {
                size += OutputSize(output, inference, plan, logits, distributions);
            }

            return size;
        }

        var best = distributions * plan.TopK;
        return size
            + (request.NonFinite == NonFinite.Flag ? rows * MaxIndexBytes : 0)
            + (plan.Wants(OutputSet.Scores) ? logits * sizeof(float) : 0)
            + (plan.Wants(OutputSet.TopK) ? best * (MaxIndexBytes + sizeof(float)) : 0)
            + (plan.Wants(OutputSet.Labels) ? LabelsSize(plan, best) : 0)
            + (plan.Wants(OutputSet.LogSumExp) ? distributions * sizeof(float) : 0)
            + (plan.Wants(OutputSet.Entropy) ? distributions * sizeof(float) : 0)
            + (plan.Wants(OutputSet.Loss) ? distributions * sizeof(float) : 0)
            + (plan.Wants(OutputSet.Decisions) ? logits : 0);
    }

    private static long OutputSize(in RequestedOutput output, InferenceDetails inference, in ScoringPlan plan, long logits, long distributions)
    {
        if (output.Classification > 0)
        {
            var classes = distributions * output.Classification;
            var text = plan.Head.Activation is Activation.Softmax or Activation.Sigmoid ? ProbabilityTextBytes : FloatTextBytes;
            return (classes * text) + LabelsSize(plan, classes);
        }

        var best = distributions * inference.TopWidth;
        return output.Name switch
        {
            InferenceRequestCodec.Scores => logits * sizeof(float),
            OutputTensor.TopIndices => best * sizeof(long),
            OutputTensor.TopScores => best * sizeof(float),
            OutputTensor.TopLabels => LabelsSize(plan, best),
            OutputTensor.InvalidRows => plan.Rows,
            _ => distributions * sizeof(float),
        };
    }

    /// <summary>Labels are text of any length: what they take all together is counted once they are known, and has a limit of its own.</summary>
    private static long LabelsSize(in ScoringPlan plan, long labels) => (labels * LabelFrameBytes) + Math.Min(labels * plan.Head.Labels.Longest, plan.MaxLabelBytes);
}
