using Scoring.Protocol.OpenInference;
using Scoring.Service.Streaming;

namespace Scoring.Service.OpenInference;

/// <summary>How many bytes an answer of the Open Inference Protocol takes on the wire at most: each output has its own.</summary>
internal static class InferenceAnswerSize
{
    /// <summary>Of <c>value:index:</c>, six digits after the point: a probability, or the lowest finite float.</summary>
    private const int ProbabilityTextBytes = 8 + 1 + 10 + 1;

    private const int FloatTextBytes = 47 + 1 + 10 + 1;

    public static long Of(in ScoringPlan plan, InferenceDetails details)
    {
        long size = AnswerSize.FixedBytes;
        foreach (var output in details.Outputs)
        {
            size += OutputSize(output, details, plan);
        }

        return size;
    }

    private static long OutputSize(in RequestedOutput output, InferenceDetails details, in ScoringPlan plan)
    {
        long rows = plan.Rows;
        var distributions = rows * plan.HeadPlan.Distributions;
        if (output.Classification > 0)
        {
            var classes = distributions * output.Classification;
            var text = plan.Head.Activation is Activation.Softmax or Activation.Sigmoid ? ProbabilityTextBytes : FloatTextBytes;
            return (classes * text) + AnswerSize.LabelsSize(plan, classes);
        }

        var best = distributions * details.TopWidth;
        return output.Name switch
        {
            InferenceRequestCodec.Scores => rows * plan.Classes * sizeof(float),
            OutputTensor.TopIndices => best * sizeof(long),
            OutputTensor.TopScores => best * sizeof(float),
            OutputTensor.TopLabels => AnswerSize.LabelsSize(plan, best),
            OutputTensor.InvalidRows => rows,
            _ => distributions * sizeof(float),
        };
    }
}
