namespace Scoring.Heads;

/// <summary>How much heads may have that are read.</summary>
public sealed record HeadLimits
{
    /// <summary>Heads in all.</summary>
    public int Heads { get; init; } = 1024;

    /// <summary>Classes of one head.</summary>
    public int Classes { get; init; } = 4 << 20;

    /// <summary>Characters (UTF-16) of one label.</summary>
    public int LabelLength { get; init; } = 256;

    /// <summary>What stands before a limit's name where somebody sets it who is told of it.</summary>
    internal string Section { get; init; } = $"{nameof(HeadLimits)}.";
}
