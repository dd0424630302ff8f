using Scoring.Cli.Files;
using Scoring.V1;

namespace Scoring.Cli.Evaluate;

/// <summary>What was measured, of what.</summary>
internal sealed record Evaluation
{
    /// <summary>The file of logits, as the user named it.</summary>
    public required string File { get; init; }

    /// <summary>The head, with its labels, or else the file's.</summary>
    public required ServiceHead Head { get; init; }

    public required TargetKind Targets { get; init; }

    /// <summary>Whether the head was found by the targets' shape, and not named.</summary>
    public bool HeadIsDefault { get; init; }

    /// <summary>What the logits were divided by.</summary>
    public required double Temperature { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>The metrics at <see cref="Temperature"/>.</summary>
    public required EvaluateResponse Metrics { get; init; }

    /// <summary>The temperature that was fitted and the metrics with it; null where nothing was fitted.</summary>
    public CalibrateResponse? Calibration { get; init; }

    public long Rows => (long)Metrics.Rows;

    public int Classes => (int)Metrics.Classes;

    /// <summary>What a class is called.</summary>
    public string NameOf(int column) => Head.NameOf(column);
}
