using Scoring.Heads.Metrics;
using Scoring.Kernels;

namespace Scoring.Heads;

/// <summary>
/// Measures rows as they come, in memory that does not grow with their number. What the kernels make of a row is FP32; all sums are float64, in the
/// order of the rows, so that how they were split into messages changes nothing.
/// </summary>
internal abstract class Evaluator(EvaluationPlan plan)
{
    /// <summary>Logits that go through the kernels together: they, and what is made of them, stay in the processor's cache.</summary>
    private const int BlockLogits = 16 << 10;

    private protected EvaluationPlan Plan { get; } = plan;

    private protected int Classes => Plan.Classes;

    /// <summary>Rows of one block; a single one may be larger than a block should be.</summary>
    private protected int BlockRows { get; } = Math.Max(1, BlockLogits / plan.Classes);

    private protected long Rows { get; private set; }

    public static Evaluator For(EvaluationPlan plan, EvaluationLimits? limits = null)
    {
        limits ??= new EvaluationLimits();
        return plan.IsPerLabel ? new LabelEvaluator(plan, limits) : new ClassEvaluator(plan, limits);
    }

    /// <summary>Counts rows in.</summary>
    /// <param name="logits">Rows × classes.</param>
    /// <param name="targets">Checked: for each row a class, or 0 or 1 for each of its classes.</param>
    /// <returns>The first logit that has no score; the evaluation is then void.</returns>
    public InvalidLogit? Add(ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets)
    {
        var rows = logits.Length / Classes;
        for (var row = 0; row < rows; row += BlockRows)
        {
            var count = Math.Min(BlockRows, rows - row);
            var block = logits.Slice(row * Classes, count * Classes);
            if (AddBlock(block, targets.Slice(row * Plan.TargetsPerRow, count * Plan.TargetsPerRow)) is { } invalid)
            {
                return invalid with { Row = row + invalid.Row };
            }

            Rows += count;
        }

        return null;
    }

    /// <summary>The metrics of all rows so far, of which there is at least one.</summary>
    public EvaluationMetrics Finish() => Measure();

    /// <summary>At most <see cref="BlockRows"/> rows.</summary>
    private protected abstract InvalidLogit? AddBlock(ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets);

    private protected abstract EvaluationMetrics Measure();
}
