using Scoring.Heads;
using Scoring.V1;

namespace Scoring.Service.Evaluation;

/// <summary>Metrics as the protocol has them.</summary>
internal static class EvaluationMessages
{
    /// <param name="metrics">What was measured.</param>
    /// <param name="plan">How.</param>
    public static EvaluateResponse ToMessage(this EvaluationMetrics metrics, EvaluationPlan plan)
    {
        var response = new EvaluateResponse { Rows = (ulong)metrics.Rows, Classes = (uint)metrics.Classes, HeadRevision = plan.Head.Revision };
        if (metrics is Scoring.Heads.ClassMetrics classes)
        {
            response.ClassMetrics = ToMessage(classes);
        }
        else
        {
            response.LabelMetrics = ToMessage((Scoring.Heads.LabelMetrics)metrics);
        }

        return response;
    }

    private static V1.ClassMetrics ToMessage(Scoring.Heads.ClassMetrics metrics)
    {
        var message = new V1.ClassMetrics
        {
            CrossEntropy = metrics.CrossEntropy,
            Accuracy = metrics.Accuracy,
            BrierScore = metrics.BrierScore,
            ExpectedCalibrationError = metrics.ExpectedCalibrationError,
            Macro = ToMessage(metrics.Macro),
        };
        message.TopKAccuracy.AddRange(metrics.TopKAccuracy);
        message.Bins.AddRange(metrics.Bins.Select(ToMessage));
        message.Confusion.AddRange(metrics.Confusion);
        message.PerClass.AddRange(metrics.PerClass.Select(ToMessage));
        return message;
    }

    private static V1.LabelMetrics ToMessage(Scoring.Heads.LabelMetrics metrics)
    {
        var message = new V1.LabelMetrics
        {
            BinaryCrossEntropy = metrics.BinaryCrossEntropy,
            SubsetAccuracy = metrics.SubsetAccuracy,
            HammingLoss = metrics.HammingLoss,
            Micro = ToMessage(metrics.Micro),
            Macro = ToMessage(metrics.Macro),
            AurocMacro = metrics.AurocMacro,
            AurocError = metrics.AurocError,
            ExpectedCalibrationError = metrics.ExpectedCalibrationError,
        };
        message.PerLabel.AddRange(metrics.PerLabel.Select(ToMessage));
        message.Auroc.AddRange(metrics.Auroc);
        message.Bins.AddRange(metrics.Bins.Select(ToMessage));
        return message;
    }

    private static V1.ClassQuality ToMessage(Scoring.Heads.ClassQuality quality) => new()
    {
        Precision = quality.Precision,
        Recall = quality.Recall,
        F1 = quality.F1,
        Support = (ulong)quality.Support,
    };

    private static V1.CalibrationBin ToMessage(Scoring.Heads.CalibrationBin bin) => new()
    {
        Lower = bin.Lower,
        Upper = bin.Upper,
        Count = (ulong)bin.Count,
        Confidence = bin.Confidence,
        Accuracy = bin.Accuracy,
    };
}
