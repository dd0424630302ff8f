using System.Runtime.InteropServices;
using Scoring.Kernels;
using Scoring.V1;

namespace Scoring.Service.Evaluation;

/// <summary>Metrics of classes that exclude each other.</summary>
internal sealed class ClassEvaluator : Evaluator
{
    private readonly float[] _probabilities;
    private readonly float[] _scores;
    private readonly float[] _losses;
    private readonly int[] _best;

    private readonly ReliabilityBins _bins = new();
    private readonly Quality[] _qualities;

    /// <summary>Row: target; column: argmax. Empty where there are too many classes.</summary>
    private readonly ulong[] _confusion;

    /// <summary>How often the target came first, second, and so on.</summary>
    private readonly long[] _ranks;

    private double _loss;
    private double _brier;

    public ClassEvaluator(EvaluationPlan plan, EvaluationSettings settings)
        : base(plan)
    {
        _probabilities = new float[BlockRows * Classes];
        _scores = plan.Head.Bias.Length == 0 ? [] : new float[BlockRows * Classes];
        _losses = new float[BlockRows];
        _best = new int[BlockRows];
        _qualities = new Quality[Classes];
        _confusion = Classes <= settings.ConfusionClasses ? new ulong[Classes * Classes] : [];
        _ranks = new long[Math.Min(Classes, settings.TopK)];
    }

    protected override InvalidLogit? AddBlock(ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets)
    {
        var probabilities = _probabilities.AsSpan(0, logits.Length);
        if (Softmax.Compute(logits, Classes, probabilities, Plan.Temperature, Plan.Head.Bias) is { } invalid)
        {
            return invalid;
        }

        var rows = targets.Length;
        CrossEntropy.Compute(logits, Classes, MemoryMarshal.Cast<uint, int>(targets), _losses.AsSpan(0, rows), Plan.Temperature, Plan.Head.Bias);
        var scores = Ranked(logits);
        Argmax.Compute(scores, Classes, _best.AsSpan(0, rows));
        for (var row = 0; row < rows; row++)
        {
            var start = row * Classes;
            _loss += _losses[row];
            AddRow(probabilities.Slice(start, Classes), scores.Slice(start, Classes), (int)targets[row], _best[row]);
        }

        return null;
    }

    protected override void WriteTo(EvaluateResponse response)
    {
        double rows = Rows;
        var metrics = new ClassMetrics
        {
            CrossEntropy = _loss / rows,
            Accuracy = _ranks[0] / rows,
            BrierScore = _brier / rows,
            ExpectedCalibrationError = _bins.Error(),
            Macro = Quality.Mean([.. _qualities.Where(quality => quality.Occurs).Select(quality => quality.ToMessage())]),
        };
        long within = 0;
        metrics.TopKAccuracy.AddRange(_ranks.Select(count => (within += count) / rows));
        _bins.WriteTo(metrics.Bins);
        metrics.Confusion.AddRange(_confusion);
        metrics.PerClass.AddRange(_qualities.Select(quality => quality.ToMessage()));
        response.ClassMetrics = metrics;
    }

    /// <summary>What the classes are ranked by: logits, which are exact, unless a bias changes their order.</summary>
    private ReadOnlySpan<float> Ranked(ReadOnlySpan<float> logits)
    {
        if (_scores.Length == 0)
        {
            return logits;
        }

        var scores = _scores.AsSpan(0, logits.Length);
        Linear.Compute(logits, Classes, scores, Plan.Temperature, Plan.Head.Bias);
        return scores;
    }

    private void AddRow(ReadOnlySpan<float> probabilities, ReadOnlySpan<float> scores, int target, int best)
    {
        _brier += Brier(probabilities, target);
        _bins.Add(probabilities[best], best == target);
        _qualities[target].Actual++;
        _qualities[best].Predicted++;
        _qualities[target].Hits += best == target ? 1 : 0;
        if (_confusion.Length > 0)
        {
            _confusion[(target * Classes) + best]++;
        }

        var rank = best == target ? 0 : Rank(scores, target);
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

    /// <summary>Classes that come before the target. Ties go to the lower index.</summary>
    private static int Rank(ReadOnlySpan<float> scores, int target)
    {
        var score = scores[target];
        var rank = 0;
        foreach (var other in scores[..target])
        {
            rank += other >= score ? 1 : 0;
        }

        foreach (var other in scores[(target + 1)..])
        {
            rank += other > score ? 1 : 0;
        }

        return rank;
    }
}
