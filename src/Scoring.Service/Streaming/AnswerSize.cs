using Scoring.Heads;
using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>How many bytes an answer takes on the wire at most, known from what is asked for before any of it is made.</summary>
internal static class AnswerSize
{
    /// <summary>
    /// How many times as large as a message an answer may be. Logits of FP16 are answered in FP32, which is twice as much, and decisions or the best
    /// few classes of each row are less than that again. Only rows of a few classes with every output ask for more, of which a message can have
    /// fewer.
    /// </summary>
    private const int TimesMessage = 4;

    /// <summary>The shape, the receipt, the names of outputs: what does not grow with the rows. An id of more comes on top.</summary>
    public const int FixedBytes = 512;

    /// <summary>Of a varint of 32 bits.</summary>
    private const int MaxIndexBytes = 5;

    /// <summary>A tag and a length, or the length alone as the Open Inference Protocol has it.</summary>
    private const int LabelFrameBytes = 4;

    /// <param name="messageBytes">The limit of a message.</param>
    public static long Limit(int messageBytes) => (long)TimesMessage * messageBytes;

    /// <summary>Of an answer of <c>scoring.v1</c>.</summary>
    public static long Of(in ScoringPlan plan, PooledScoreRequest request)
    {
        long rows = plan.Rows;
        var logits = rows * plan.Classes;
        var distributions = rows * plan.HeadPlan.Distributions;
        var best = distributions * plan.HeadPlan.TopK;
        return FixedBytes
            + (request.NonFinite == NonFinite.Flag ? rows * MaxIndexBytes : 0)
            + (plan.Wants(OutputSet.Scores) ? logits * sizeof(float) : 0)
            + (plan.Wants(OutputSet.TopK) ? best * (MaxIndexBytes + sizeof(float)) : 0)
            + (plan.Wants(OutputSet.Labels) ? LabelsSize(plan, best) : 0)
            + (plan.Wants(OutputSet.LogSumExp) ? distributions * sizeof(float) : 0)
            + (plan.Wants(OutputSet.Entropy) ? distributions * sizeof(float) : 0)
            + (plan.Wants(OutputSet.Loss) ? distributions * sizeof(float) : 0)
            + (plan.Wants(OutputSet.Decisions) ? logits : 0);
    }

    /// <summary>
    /// What is rented to make an answer, beyond its bytes on the wire and the message: FP32 of other logits, unless they become the scores; decisions
    /// as numbers of four bytes; classes of a group side by side; targets of 0 or 1 as bytes; what is taken from rows of FP64.
    /// </summary>
    public static long Besides(in ScoringPlan plan, PooledScoreRequest request)
    {
        var logits = (long)plan.Rows * plan.Classes;
        return (plan.Wants(OutputSet.Scores) ? 0 : LogitData.UnpackedBytes(request))
            + (plan.Wants(OutputSet.Decisions) ? logits * (sizeof(uint) - 1) : 0)
            + (plan.HeadPlan.HasGroups ? logits * sizeof(float) : 0)
            + (plan.Wants(OutputSet.Loss) && plan.Head.Activation.IsMultilabel() ? logits : 0)
            + (plan.Wants(OutputSet.LogSumExp) && LogitData.HasOrigins(request) ? (long)plan.Rows * plan.HeadPlan.Distributions * sizeof(double) : 0);
    }

    /// <summary>Labels are text of any length: what they take all together is counted once they are known, and has a limit of its own.</summary>
    public static long LabelsSize(in ScoringPlan plan, long labels) =>
        (labels * LabelFrameBytes) + Math.Min(labels * plan.Head.Labels.Longest, plan.MaxLabelBytes);
}
