using Scoring.Kernels;

namespace Scoring.Heads.Metrics;

/// <summary>Metrics of labels that are independent of each other.</summary>
internal sealed class LabelEvaluator : Evaluator
{
    private readonly float[] _probabilities;
    private readonly byte[] _labels;
    private readonly float[] _losses;

    private readonly ReliabilityBins _bins = new();
    private readonly Quality[] _qualities;
    private readonly RocCurves _curves;

    private double _loss;
    private long _wrong;
    private long _wholeRows;

    public LabelEvaluator(EvaluationPlan plan, EvaluationLimits limits)
        : base(plan)
    {
        _probabilities = new float[BlockRows * Classes];
        _labels = new byte[BlockRows * Classes];
        _losses = new float[BlockRows];
        _qualities = new Quality[Classes];
        _curves = new RocCurves(Classes, limits.AurocScores);
    }

    public override long Bytes =>
        (_probabilities.Length * (sizeof(float) + 1)) + ((long)BlockRows * sizeof(float)) + (_qualities.Length * 3L * sizeof(long)) + _curves.Bytes;

    private protected override InvalidLogit? AddBlock(ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets)
    {
        var labels = _labels.AsSpan(0, targets.Length);
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = (byte)targets[i];
        }

        var rows = logits.Length / Classes;
        var probabilities = _probabilities.AsSpan(0, logits.Length);
        if ((Sigmoid.Compute(logits, Classes, probabilities, Plan.Temperature, Plan.Head.Bias)
            ?? BinaryCrossEntropy.Compute(logits, Classes, labels, _losses.AsSpan(0, rows), Plan.Temperature, Plan.Head.Bias)) is { } invalid)
        {
            return invalid;
        }

        for (var row = 0; row < rows; row++)
        {
            _loss += _losses[row];
            AddRow(probabilities.Slice(row * Classes, Classes), labels.Slice(row * Classes, Classes));
        }

        // Temperature and bias keep each label's order, so the logits rank as the probabilities do, without their rounding.
        _curves.Add(logits, labels);
        return null;
    }

    private protected override EvaluationMetrics Measure()
    {
        double rows = Rows;
        var qualities = Array.ConvertAll(_qualities, static quality => quality.Ratios());
        var all = new Quality(
            _qualities.Sum(quality => quality.Hits), _qualities.Sum(quality => quality.Predicted), _qualities.Sum(quality => quality.Actual));
        var curves = _curves.Areas();
        return new LabelMetrics
        {
            Rows = Rows,
            Classes = Classes,
            BinaryCrossEntropy = _loss / rows,
            SubsetAccuracy = _wholeRows / rows,
            HammingLoss = _wrong / (rows * Classes),
            ExpectedCalibrationError = _bins.Error(),
            Bins = _bins.ToArray(),
            PerLabel = qualities,
            Micro = all.Ratios(),
            Macro = Quality.Mean(qualities),
            Auroc = curves.Auroc,
            AurocMacro = curves.AurocMacro,
            AurocError = curves.AurocError,
        };
    }

    private void AddRow(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels)
    {
        var wrong = 0;
        for (var label = 0; label < probabilities.Length; label++)
        {
            var predicted = probabilities[label] >= Plan.Head.Threshold ? 1 : 0;
            int actual = labels[label];
            ref var quality = ref _qualities[label];
            quality.Predicted += predicted;
            quality.Actual += actual;
            quality.Hits += predicted & actual;
            wrong += predicted ^ actual;
            _bins.Add(probabilities[label], actual == 1);
        }

        _wrong += wrong;
        _wholeRows += wrong == 0 ? 1 : 0;
    }
}
