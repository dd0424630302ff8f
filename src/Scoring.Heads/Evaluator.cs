using Scoring.Heads.Metrics;
using Scoring.Kernels;

namespace Scoring.Heads;

/// <summary>
/// Measures rows as they come, in memory that does not grow with their number. What the kernels make of a row is FP32; all sums are float64, in the
/// order of the rows, so that how they were split into messages changes nothing.
/// </summary>
public abstract class Evaluator
{
    /// <summary>Logits that go through the kernels together: they, and what is made of them, stay in the processor's cache.</summary>
    private const int BlockLogits = 16 << 10;

    private bool _isFinished;
    private bool _isVoid;

    private protected Evaluator(EvaluationPlan plan)
    {
        Plan = plan;
        BlockRows = Math.Max(1, BlockLogits / plan.Classes);
    }

    /// <summary>Bytes that the evaluation holds. They come to an end, however many rows there are.</summary>
    public abstract long Bytes { get; }

    private protected EvaluationPlan Plan { get; }

    private protected int Classes => Plan.Classes;

    /// <summary>Rows of one block; a single one may be larger than a block should be.</summary>
    private protected int BlockRows { get; }

    private protected long Rows { get; private set; }

    /// <summary>Begins to measure.</summary>
    /// <param name="plan">What holds for all rows.</param>
    /// <param name="limits">How much may be held.</param>
    /// <exception cref="ArgumentException">
    /// The head is linear or has groups, the width or the temperature does not fit, a bias is NaN or +∞, or a limit is none.
    /// </exception>
    public static Evaluator For(EvaluationPlan plan, EvaluationLimits? limits = null)
    {
        plan.Check();
        limits ??= new EvaluationLimits();
        limits.Check();
        return plan.IsPerLabel ? new LabelEvaluator(plan, limits) : new ClassEvaluator(plan, limits);
    }

    /// <summary>Counts rows in.</summary>
    /// <param name="logits">Rows × classes, row after row. −∞ is a masked class.</param>
    /// <param name="targets">For each row a class, from 0, or 0 or 1 for each of its labels.</param>
    /// <returns>The first logit that has no score; the evaluation is then void.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit together, or a target is none.</exception>
    /// <exception cref="InvalidOperationException">The evaluation is finished.</exception>
    public InvalidLogit? Add(ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets)
    {
        if (_isFinished)
        {
            throw new InvalidOperationException("The evaluation is finished.");
        }

        var rows = Plan.CheckRows(logits, targets);
        for (var row = 0; row < rows; row += BlockRows)
        {
            var count = Math.Min(BlockRows, rows - row);
            var block = logits.Slice(row * Classes, count * Classes);
            if (AddBlock(block, targets.Slice(row * Plan.TargetsPerRow, count * Plan.TargetsPerRow)) is { } invalid)
            {
                _isVoid = true;
                return invalid with { Row = row + invalid.Row };
            }

            Rows += count;
        }

        return null;
    }

    /// <summary>The metrics of all rows. None can be added after it.</summary>
    /// <exception cref="InvalidOperationException">There are no rows, or one had no score.</exception>
    public EvaluationMetrics Finish()
    {
        if (_isVoid)
        {
            throw new InvalidOperationException("A row had no score, as Add has returned: the evaluation is void.");
        }

        if (Rows == 0)
        {
            throw new InvalidOperationException("There are no rows to measure.");
        }

        _isFinished = true;
        return Measure();
    }

    /// <summary>At most <see cref="BlockRows"/> rows.</summary>
    private protected abstract InvalidLogit? AddBlock(ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets);

    private protected abstract EvaluationMetrics Measure();
}
