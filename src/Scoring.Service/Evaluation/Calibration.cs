using Scoring.Heads;
using Scoring.Heads.Metrics;
using Scoring.Service.Calls;
using Scoring.Service.Connections;
using Scoring.V1;

namespace Scoring.Service.Evaluation;

/// <summary>One Calibrate call: measures the rows as they come and holds them, fits the temperature, and measures them with it.</summary>
internal sealed class Calibration(EvaluationSettings settings, UnpooledMemory measured, CalibrationMemory memory, object holder) : IDisposable
{
    private readonly EvaluationRun _before = new(settings, measured);
    private HeldRows? _rows;

    /// <summary>Takes in the rows of one message, or tells which of them cannot be.</summary>
    public Error? Add(EvaluationPlan plan, EvaluationRows rows)
    {
        if ((_before.Add(plan, rows.Logits.Span, rows.Targets.Span) ?? FindMaskedTarget(plan, rows.Logits.Span, rows.Targets.Span)) is { } error)
        {
            return error;
        }

        _rows ??= new HeldRows(plan, measured, memory, holder);
        _rows.Add(rows.Logits.Span, rows.Targets.Span);
        return null;
    }

    /// <param name="plan">How the rows, of which there is at least one, were measured.</param>
    /// <param name="stop">Cancelled when nobody wants the answer any longer.</param>
    public CalibrateResponse Finish(EvaluationPlan plan, CancellationToken stop)
    {
        var fit = TemperatureFit.Find(plan.Temperature, beta => SlopeAt(plan, beta, stop));
        var fitted = plan with { Temperature = fit.Temperature };
        var after = new EvaluationRun(settings, measured);
        for (var block = 0; block < _rows!.Blocks; block++)
        {
            stop.ThrowIfCancellationRequested();
            after.Add(fitted, _rows.Logits(block), _rows.Targets(block));
        }

        return new CalibrateResponse
        {
            Temperature = fit.Temperature,
            AtBound = fit.AtBound,
            Before = _before.Finish(plan),
            After = after.Finish(plan),
            HeadConfiguration = ToJson(plan, fit.Temperature),
        };
    }

    public void Dispose() => _rows?.Dispose();

    /// <summary>The head with its new temperature, as <c>Scoring:Heads</c> has it.</summary>
    private static string ToJson(EvaluationPlan plan, float temperature) => HeadJson.Write(plan.Head with
    {
        Name = plan.Head.Revision == 0 ? BuiltInHeads.CalibratedName : plan.Head.Name,
        Classes = plan.Classes,
        Temperature = temperature,
    });

    private LossSlope SlopeAt(EvaluationPlan plan, double beta, CancellationToken stop)
    {
        var sum = default(LossSlope);
        for (var block = 0; block < _rows!.Blocks; block++)
        {
            stop.ThrowIfCancellationRequested();
            sum += LossSlope.Of(plan, _rows.Logits(block), _rows.Targets(block), beta);
        }

        return sum;
    }

    private static Error? FindMaskedTarget(EvaluationPlan plan, ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets)
    {
        if (MaskedTarget.Find(plan, logits, targets) is not { } masked)
        {
            return null;
        }

        var error = ScoringErrors.InvalidArgument(
            $"row {masked.Row}, column {masked.Column}: the logit of a target is -inf, whose loss is infinite at every temperature");
        (error.Row, error.Column) = ((uint)masked.Row, (uint)masked.Column);
        return error;
    }
}
