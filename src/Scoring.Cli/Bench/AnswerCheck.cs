using Scoring.Client;
using Scoring.Protocol;

namespace Scoring.Cli.Bench;

/// <summary>What the built-in heads make of a message's logits, in float64 and straight from the definitions.</summary>
/// <param name="plan">What was asked for.</param>
/// <param name="logits">rows × classes, as sent.</param>
/// <param name="targets">For the loss; else empty.</param>
internal sealed class AnswerCheck(LoadPlan plan, float[] logits, uint[] targets)
{
    /// <summary>Many times what the kernels promise, and far less than any mistake makes.</summary>
    private const double Tolerance = 1e-5;

    /// <summary>The heads that it knows.</summary>
    public static IReadOnlyList<string> Heads { get; } = ["softmax", "log_softmax", "sigmoid", "linear"];

    /// <summary>Null where the answer is right.</summary>
    public string? FindFault(ScoreResult result)
    {
        if (result.Rows != plan.Rows || result.Classes != plan.Classes)
        {
            return $"{result.Rows} × {result.Classes} scored, not {plan.Rows} × {plan.Classes}";
        }

        var k = Math.Max(plan.TopK, 1);
        if (!HasLength(OutputSet.Scores, result.Scores.Length, plan.Rows * plan.Classes)
            || !HasLength(OutputSet.TopK, result.TopIndices.Length, plan.Rows * k)
            || !HasLength(OutputSet.TopK, result.TopScores.Length, plan.Rows * k)
            || !HasLength(OutputSet.LogSumExp, result.LogSumExp.Length, plan.Rows)
            || !HasLength(OutputSet.Entropy, result.Entropy.Length, plan.Rows)
            || !HasLength(OutputSet.Loss, result.Losses.Length, plan.Rows)
            || !HasLength(OutputSet.Decisions, result.Decisions.Length, plan.Rows * plan.Classes))
        {
            return $"the answer does not have the outputs that were asked for: {plan.Outputs}";
        }

        for (var row = 0; row < plan.Rows; row++)
        {
            if (FindFault(result, row, k) is { } fault)
            {
                return $"row {row}: {fault}";
            }
        }

        return null;
    }

    private bool HasLength(OutputSet output, int length, int asked) => length == (plan.Outputs.HasFlag(output) ? asked : 0);

    private string? FindFault(ScoreResult result, int row, int k)
    {
        var x = Array.ConvertAll(logits[(row * plan.Classes)..((row + 1) * plan.Classes)], logit => (double)logit);
        var max = x.Max();
        var logSumExp = max + Math.Log(x.Sum(value => Math.Exp(value - max)));
        var scores = Array.ConvertAll(x, value => plan.Head switch
        {
            "log_softmax" => value - logSumExp,
            "sigmoid" => 1 / (1 + Math.Exp(-value)),
            "linear" => value,
            "softmax" => Math.Exp(value - logSumExp),
            _ => throw new InvalidOperationException($"What head '{plan.Head}' makes of logits is not known here."),
        });
        string? fault = null;

        if (plan.Outputs.HasFlag(OutputSet.Scores))
        {
            var actual = result.ScoresOf(row);
            for (var column = 0; column < scores.Length; column++)
            {
                Compare($"score {column}", scores[column], actual[column]);
            }
        }

        if (plan.Outputs.HasFlag(OutputSet.TopK))
        {
            // A stable sort, so that ties go to the lower index.
            var best = Enumerable.Range(0, x.Length).OrderByDescending(column => x[column]).Take(k).ToArray();
            for (var i = 0; i < k; i++)
            {
                Compare($"index {i} of the top {k}", best[i], result.TopIndices[(row * k) + i]);
                Compare($"score {i} of the top {k}", scores[best[i]], result.TopScores[(row * k) + i]);
            }
        }

        if (plan.Outputs.HasFlag(OutputSet.LogSumExp))
        {
            Compare("log-sum-exp", logSumExp, result.LogSumExp[row]);
        }

        if (plan.Outputs.HasFlag(OutputSet.Entropy))
        {
            Compare("entropy", x.Sum(value => Math.Exp(value - logSumExp) * (logSumExp - value)), result.Entropy[row]);
        }

        if (plan.Outputs.HasFlag(OutputSet.Loss))
        {
            Compare("loss", plan.Head == "sigmoid" ? BinaryCrossEntropy(x, row) : logSumExp - x[targets[row]], result.Losses[row]);
        }

        if (plan.Outputs.HasFlag(OutputSet.Decisions))
        {
            var argmax = Array.IndexOf(x, max);
            for (var column = 0; column < x.Length; column++)
            {
                var isYes = plan.Head == "sigmoid" ? x[column] >= 0 : column == argmax;
                Compare($"decision {column}", isYes ? 1 : 0, result.Decisions[(row * plan.Classes) + column]);
            }
        }

        return fault;

        void Compare(string what, double expected, double actual)
        {
            // Probabilities of any size are held to their own size, and all that may be near 0 by cancellation to 1.
            var size = plan.Head is "softmax" or "sigmoid" && what.StartsWith("score", StringComparison.Ordinal) ? Math.Abs(expected) : 1;
            if (!(Math.Abs(actual - expected) <= Tolerance * Math.Max(size, Math.Abs(expected))))
            {
                fault ??= $"{what} is {actual:R}; in float64 it is {expected:R}";
            }
        }
    }

    private double BinaryCrossEntropy(double[] x, int row) =>
        x.Select((value, column) => Math.Max(value, 0) - (value * targets[(row * x.Length) + column]) + Math.Log(1 + Math.Exp(-Math.Abs(value))))
            .Average();
}
