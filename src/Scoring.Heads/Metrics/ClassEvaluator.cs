using System.Runtime.InteropServices;
using Scoring.Kernels;

namespace Scoring.Heads.Metrics;

/// <summary>Metrics of classes that exclude each other.</summary>
internal sealed class ClassEvaluator : Evaluator
{
    private readonly float[] _probabilities;
    private readonly float[] _losses;
    private readonly int[] _best;
    private readonly float[] _confidence;

    private readonly ReliabilityBins _bins = new();
    private readonly Quality[] _qualities;

    /// <summary>Row: target; column: argmax. Empty where there are too many classes.</summary>
    private readonly ulong[] _confusion;

    /// <summary>How often the target came first, second, and so on.</summary>
    private readonly long[] _ranks;

    private double _loss;
    private double _brier;

    public ClassEvaluator(EvaluationPlan plan, EvaluationLimits limits)
        : base(plan)
    {
        _probabilities = new float[BlockRows * Classes];
        _losses = new float[BlockRows];
        _best = new int[BlockRows];
        _confidence = new float[BlockRows];
        _qualities = new Quality[Classes];
        _confusion = Classes <= limits.ConfusionClasses ? new ulong[Classes * Classes] : [];
        _ranks = new long[Math.Min(Classes, limits.TopK)];
    }

    public override long Bytes =>
        (_probabilities.Length * sizeof(float)) + ((long)BlockRows * 3 * sizeof(float))
        + (_qualities.Length * 3L * sizeof(long)) + (_confusion.LongLength * sizeof(ulong));

    private protected override InvalidLogit? AddBlock(ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets)
    {
        var (rows, temperature, bias) = (targets.Length, Plan.Temperature, Plan.Head.Bias);
        var probabilities = _probabilities.AsSpan(0, logits.Length);
        var invalid = Softmax.Compute(logits, Classes, probabilities, temperature, bias)
            ?? CrossEntropy.Compute(logits, Classes, MemoryMarshal.Cast<uint, int>(targets), _losses.AsSpan(0, rows), temperature, bias)
            ?? TopK.Probabilities(logits, Classes, 1, _best.AsSpan(0, rows), _confidence.AsSpan(0, rows), temperature, bias);
        for (var row = 0; invalid is null && row < rows; row++)
        {
            var start = row * Classes;
            _loss += _losses[row];
            _brier += Brier(probabilities.Slice(start, Classes), (int)targets[row]);
            _bins.Add(_confidence[row], _best[row] == targets[row]);
            AddRow(logits.Slice(start, Classes), (int)targets[row], _best[row]);
        }

        return invalid;
    }

    private protected override EvaluationMetrics Measure()
    {
        double rows = Rows;
        long within = 0;
        var qualities = Array.ConvertAll(_qualities, static quality => quality.Ratios());
        return new ClassMetrics
        {
            Rows = Rows,
            Classes = Classes,
            CrossEntropy = _loss / rows,
            Accuracy = _ranks[0] / rows,
            TopKAccuracy = Array.ConvertAll(_ranks, count => (within += count) / rows),
            BrierScore = _brier / rows,
            ExpectedCalibrationError = _bins.Error(),
            Bins = _bins.ToArray(),
            Confusion = _confusion,
            PerClass = qualities,
            Macro = Quality.Mean([.. qualities.Where((_, column) => _qualities[column].Occurs)]),
        };
    }

    private void AddRow(ReadOnlySpan<float> logits, int target, int best)
    {
        _qualities[target].Actual++;
        _qualities[best].Predicted++;
        _qualities[target].Hits += best == target ? 1 : 0;
        if (_confusion.Length > 0)
        {
            _confusion[(target * Classes) + best]++;
        }

        var rank = best == target ? 0 : Rank.Of(logits, target, Plan.Temperature, Plan.Head.Bias);
        if (rank < _ranks.Length)
        {
            _ranks[rank]++;
        }
    }

    /// <summary>Σ (p − onehot)².</summary>
    private static double Brier(ReadOnlySpan<float> probabilities, int target)
    {
        double sum = 0;
        foreach (double probability in probabilities)
        {
            sum += probability * probability;
        }

        double right = probabilities[target];
        return sum - (right * right) + ((1 - right) * (1 - right));
    }
}
