namespace Scoring.Cli.Evaluate;

/// <summary>What a run of <c>scoring evaluate</c> or <c>scoring calibrate</c> was asked for.</summary>
internal sealed record EvaluationRequest
{
    /// <summary>Logits, with targets or without.</summary>
    public required string Input { get; init; }

    /// <summary>An .npy file of targets; null where they stand beside the logits.</summary>
    public string? Targets { get; init; }

    /// <summary>Null for the one that the targets' shape calls for.</summary>
    public string? Head { get; init; }

    /// <summary>Null for a service within this process.</summary>
    public string? Server { get; init; }

    /// <summary>Null for the head's.</summary>
    public float? Temperature { get; init; }

    /// <summary>Whether what is printed is for programs.</summary>
    public bool Json { get; init; }

    /// <summary>Where the page goes; null for none.</summary>
    public string? Report { get; init; }

    /// <summary>Where calibrate writes the head's configuration; null for standard output.</summary>
    public string? Output { get; init; }

    /// <summary>Settings of the service within this process.</summary>
    public IReadOnlyList<string> Configuration { get; init; } = [];
}
